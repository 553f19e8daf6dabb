"""Ways in which files of weights are damaged on their way; none of them leaves a file as it was."""

import json

WAYS = ("cut off", "another length", "more behind it", "no number", "another shape", "another name")
_SHAPES = ([0], [-1], "wide", None, [2**62, 2**62], [7, 7, 7])


def damage(data, chance):
    """Give one of `WAYS`, and the bytes of a safetensors file that it was done to."""
    header = 8 + int.from_bytes(data[:8], "little")
    way = chance.choice(WAYS)
    if way == "cut off":
        return way, data[: chance.randrange(len(data))]
    if way == "another length":
        at = chance.randrange(8)
        return way, data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if way == "more behind it":
        return way, data + bytes(chance.randrange(1, 100))
    if way == "no number":
        at = header + 4 * chance.randrange((len(data) - header) // 4)
        return way, data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :]
    table = json.loads(data[8:header])
    name = chance.choice(sorted(name for name in table if name != "__metadata__"))
    if way == "another shape":
        entry = table[name]
        entry["shape"] = chance.choice([*_SHAPES, [*entry["shape"], 2]])
    else:
        entry = table.pop(name)
        other = chance.choice(["lora_unet_x.lora_up.weight", "text", name + ".more", "lora_te3_a.alpha", "\0"])
        table[other] = entry
    text = json.dumps(table).encode()
    return way, len(text).to_bytes(8, "little") + text + data[header:]
