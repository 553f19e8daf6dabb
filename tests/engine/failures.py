"""What torch 2.13 raises on CUDA, in its own words; no test here has a device that could."""

import torch

_MORE = (
    "\nCUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be "
    "incorrect.\nFor debugging consider passing CUDA_LAUNCH_BLOCKING=1\nCompile with `TORCH_USE_CUDA_DSA` to enable "
    "device-side assertions.\n"
)


def allocator(wanted="1.50 GiB"):
    """Torch's own allocator (c10/cuda/CUDACachingAllocator.cpp)."""
    return torch.OutOfMemoryError(
        f"CUDA out of memory. Tried to allocate {wanted}. GPU 0 has a total capacity of 7.65 GiB of which 512.00 MiB "
        "is free. Including non-PyTorch memory, this process has 7.12 GiB memory in use. Of the allocated memory 6.51 "
        "GiB is allocated by PyTorch, and 111.23 MiB is reserved by PyTorch but unallocated."
    )


def driver():
    """Pinned memory, an event, a module that is loaded late (c10/cuda/CUDAException.cpp): error 2, and nothing lost."""
    return torch.AcceleratorError(
        "CUDA error: out of memory\nSearch for `cudaErrorMemoryAllocation' in https://docs.nvidia.com/cuda/"
        "cuda-runtime-api/group__CUDART__TYPES.html for more information." + _MORE
    )


def cudnn():
    """A plan of cuDNN 9 that had no room."""
    return RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED")


def cudnn_plans():
    """All plans of a convolution failed; why each of them did, torch does not say."""
    return RuntimeError("GET was unable to find an engine to execute this computation")


def cublas():
    """The first product of a thread."""
    return RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")


def lost():
    """After this every call fails."""
    return torch.AcceleratorError("CUDA error: an illegal memory access was encountered" + _MORE)


def capture():
    """What may not be done while a graph is captured: the graph is broken, and nothing else."""
    return torch.AcceleratorError(
        "CUDA error: operation not permitted when stream is capturing\nSearch for `cudaErrorStreamCaptureUnsupported' "
        "in https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html for more information." + _MORE
    )


def broken_capture():
    """How the end of that capture fails then."""
    return torch.AcceleratorError(
        "CUDA error: operation failed due to a previous error during capture\nSearch for "
        "`cudaErrorStreamCaptureInvalidated' in https://docs.nvidia.com/cuda/cuda-runtime-api/"
        "group__CUDART__TYPES.html for more information." + _MORE
    )


NO_ROOM = (allocator, driver, cudnn, cublas)
"""What says for certain that memory was short."""

CAPTURES = (capture, broken_capture)
"""What is said where a device refuses to capture a graph."""
