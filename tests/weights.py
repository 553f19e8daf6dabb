"""Where in a file its weights begin, which is where they begin in memory once the file is mapped."""


def move(path, by):
    """Let a safetensors file have its data so many bytes past a multiple of 64: blanks make its header longer."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header, data = content[8 : 8 + length].rstrip(b" "), content[8 + length :]
    header += b" " * ((by - 8 - len(header)) % 64)
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)


def move_all(folder, by):
    """Do so with every safetensors file in a folder and below it; gives the folder."""
    for path in folder.rglob("*.safetensors"):
        move(path, by)
    return folder
