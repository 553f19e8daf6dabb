"""Texts as WebUI and Civitai write them, which several tests read."""

WEBUI = r"""1girl, hatsune miku, vocaloid, sensitive, (smile:1.2),
outdoors, year 2023, masterpiece, best quality <lora:detail:0.8>
Negative prompt: lowres, bad anatomy, bad hands, worst quality, low quality, watermark,
blurry
Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 5.5, Seed: 1234567, Size: 1216x832, Model hash: 6327eca98b, Model: animagine-xl-4.0-opt, Denoising strength: 0.5, Clip skip: 2, Hires upscale: 1.5, Lora hashes: "detail: 1a2b3c, other: 4d5e6f", Version: v1.10.1"""  # noqa: E501 -- one line, as WebUI writes it

CIVITAI = """1girl, solo, looking at viewer
Negative prompt: lowres
Steps: 30, CFG scale: 4, Sampler: Euler a, Seed: 99, Clip skip: 2, Size: 832x1216, Created Date: 2025-02-14T10:11:12.1234567Z, Civitai resources: [{"type":"checkpoint","modelVersionId":1,"modelName":"Animagine XL 4.0","modelVersionName":"v4 Opt"},{"type":"lora","weight":0.8,"modelVersionId":2,"modelName":"Ink: lines, bold","modelVersionName":"v1"}], Civitai metadata: {}"""  # noqa: E501 -- likewise
