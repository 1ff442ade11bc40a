"""Small pictures."""

from base64 import b64decode

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAIAAAA7ljmRAAAAEElEQVR4nGNQcEiAIwacHACspwkB4oYiNgAAAABJRU5ErkJggg==")
"""4 x 3 pixels."""
JPEG = bytes.fromhex(
    "ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 0000 ffff c0 0011 08 0003 0004 03 012200 021101 031101 ffd9"
)
"""The header of a picture of 4 x 3 pixels, with a fill byte before the frame header."""
