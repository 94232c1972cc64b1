"""Puts the photographs of a layout on one sheet: a desk by day and by night, a phone by day and by night.

    sheet.py PHOTOGRAPHS SHEETS TEMPLATE...
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

HEIGHT, GAP, SCALE = 1340, 32, 0.45
SHOWN = ["ana-640-light", "ana-640-dark", "ana-360-dark", "layla-360-light"]
GROUND, COLOURS = (118, 124, 132), 192

photographs, sheets = Path(sys.argv[1]), Path(sys.argv[2])
for template in sys.argv[3:]:
    shots = [Image.open(photographs / f"{template}-{shown}.png").convert("RGB") for shown in SHOWN]
    width = sum(shot.width for shot in shots) + GAP * (len(shots) + 1)
    sheet = Image.new("RGB", (width, HEIGHT + 2 * GAP), GROUND)
    left = GAP
    for shot in shots:
        shot = shot.crop((0, 0, shot.width, min(shot.height, HEIGHT)))
        mask = Image.new("L", shot.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, shot.width - 1, shot.height - 1), 20, fill=255)
        sheet.paste(shot, (left, GAP), mask)
        left += shot.width + GAP
    sheet = sheet.resize((round(sheet.width * SCALE), round(sheet.height * SCALE)), Image.LANCZOS)
    sheet.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE).save(sheets / f"{template}.png", optimize=True)
