"""A recipe as graphs of ComfyUI, and as SwarmUI writes it."""

import json

from engine import samplers


def comfy_names(made):
    return samplers.SAMPLERS[made.sampler].comfyui


def graph(made):
    name, schedule = comfy_names(made)
    sampler = {
        "seed": made.seed,
        "steps": made.steps,
        "cfg": made.guidance,
        "sampler_name": name,
        "scheduler": schedule,
    }
    return {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                **sampler,
                "denoise": 1.0,
                "model": ["10", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": f"sdxl/{made.model}.safetensors"}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": made.size[0], "height": made.size[1]}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": made.prompt, "clip": ["10", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": made.negative, "clip": ["10", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}},
        "10": {
            "class_type": "LoraLoader",
            "inputs": {"lora_name": "ink.safetensors", "model": ["4", 0], "clip": ["4", 1]},
        },
    }


def graph_of_parts(made):
    """With the nodes that newer graphs have, and texts and a seed from nodes of their own."""
    name, schedule = comfy_names(made)
    return {
        "1": {
            "class_type": "SamplerCustomAdvanced",
            "inputs": {
                "noise": ["2", 0],
                "guider": ["3", 0],
                "sampler": ["4", 0],
                "sigmas": ["5", 0],
                "latent_image": ["6", 0],
            },
        },
        "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": ["12", 0]}},
        "3": {
            "class_type": "CFGGuider",
            "inputs": {"cfg": made.guidance, "model": ["9", 0], "positive": ["7", 0], "negative": ["8", 0]},
        },
        "4": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": name}},
        "5": {
            "class_type": "BasicScheduler",
            "inputs": {"scheduler": schedule, "steps": made.steps, "model": ["9", 0]},
        },
        "6": {"class_type": "EmptySD3LatentImage", "inputs": {"width": made.size[0], "height": made.size[1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": ["10", 0], "clip": ["9", 1]}},
        "8": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["11", 0]}},
        "9": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": f"{made.model}.safetensors"}},
        "10": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": made.prompt}},
        "11": {"class_type": "CLIPTextEncode", "inputs": {"text": made.negative, "clip": ["9", 1]}},
        "12": {"class_type": "Seed (rgthree)", "inputs": {"seed": made.seed}},
    }


def graph_twice(made):
    """With a second pass at a larger size behind the first."""
    nodes = graph(made)
    again = {**nodes["3"]["inputs"], "seed": 1, "steps": 9, "denoise": 0.5, "latent_image": ["12", 0]}
    nodes["12"] = {"class_type": "LatentUpscaleBy", "inputs": {"scale_by": 1.5, "samples": ["3", 0]}}
    nodes["11"] = {"class_type": "KSampler", "inputs": again}
    nodes["8"]["inputs"]["samples"] = ["11", 0]
    return {"11": nodes.pop("11"), **nodes}


def screen(made):
    """The graph on the screen: widgets in their order, links apart."""
    name, schedule = comfy_names(made)
    nodes = [
        (3, "KSampler", [made.seed, "fixed", made.steps, made.guidance, name, schedule, 1.0]),
        (4, "CheckpointLoaderSimple", [f"{made.model}.safetensors"]),
        (5, "EmptyLatentImage", [*made.size, 1]),
        (6, "CLIPTextEncode", [made.prompt]),
        (7, "CLIPTextEncode", [made.negative]),
    ]
    links = [[1, 4, 0, 3, 0, "MODEL"], [2, 6, 0, 3, 1, "C"], [3, 7, 0, 3, 2, "C"], [4, 5, 0, 3, 3, "LATENT"]]
    into = {3: [("model", 1), ("positive", 2), ("negative", 3), ("latent_image", 4)]}
    return {
        "nodes": [
            {
                "id": one,
                "type": kind,
                "widgets_values": values,
                "inputs": [{"name": socket, "link": link} for socket, link in into.get(one, ())],
            }
            for one, kind, values in nodes
        ],
        "links": links,
        "version": 0.4,
    }


def swarm(made):
    name, schedule = comfy_names(made)
    params = {
        "prompt": made.prompt,
        "negativeprompt": made.negative,
        "model": f"sdxl/{made.model}.safetensors",
        "seed": made.seed,
        "steps": str(made.steps),
        "cfgscale": made.guidance,
        "width": made.size[0],
        "height": made.size[1],
        "sampler": name,
        "scheduler": schedule,
        "loras": "ink,glow",
        "loraweights": "1,0.5",
        "swarm_version": "0.9.6.0",
    }
    return json.dumps({"sui_image_params": params, "sui_extra_data": {"date": "2025-03-01"}}, indent=2)
