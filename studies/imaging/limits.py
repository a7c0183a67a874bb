"""How large an image may be. Checked on the header, before any pixel is undone."""

from __future__ import annotations

from dataclasses import dataclass

from studies.imaging.errors import TooLarge


@dataclass(frozen=True)
class Limits:
    pixels_per_frame: int = 100_000_000
    frames: int = 4_000
    bytes_of_values: int = 768 * 1024 * 1024  # of all frames together, 2 bytes a value
    bytes_of_file: int = 1024 * 1024 * 1024

    def check_file(self, size: int) -> None:
        if size > self.bytes_of_file:
            raise TooLarge(
                f"The file has {size:,} bytes; {self.bytes_of_file:,} is the limit. Export it smaller."
            )

    def check_frames(self, rows: int, columns: int, frames: int = 1) -> None:
        if rows * columns > self.pixels_per_frame:
            raise TooLarge(
                f"A frame may have {self.pixels_per_frame / 1e6:,.0f} megapixels; the header says "
                f"{columns:,} x {rows:,}. Export the image smaller."
            )
        if frames > self.frames:
            raise TooLarge(f"An image may have {self.frames:,} frames; this has {frames:,}. Split the stack.")
        if 2 * rows * columns * frames > self.bytes_of_values:
            raise TooLarge(
                f"An image may take {self.bytes_of_values / 2**20:,.0f} MiB undone; {frames:,} frames of "
                f"{columns:,} x {rows:,} take more. Split the stack or export it smaller."
            )
