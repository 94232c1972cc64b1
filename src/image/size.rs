//! The first octets of a file in, how large a picture it holds out.

use ::image::metadata::Orientation;
use serde::{Deserialize, Serialize};

/// Pictures are shown as wide as the column of the layout, or as wide as they are: pixels.
pub const COLUMN_WIDTH: u32 = 552;

/// A logo is shown no wider than this: pixels.
pub const LOGO_WIDTH: u32 = 220;

/// So many octets of a file tell its size, unless very much is written before the picture itself.
pub(super) const MAX_HEAD: usize = 256 * 1024;

/// A picture with a shorter side shows nothing: it counts readers, or is a line. Pixels.
pub(super) const MIN_SIDE: u32 = 3;

/// How large a picture is, the right way up: pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Size {
    /// Says whether it shows nothing.
    pub(super) fn is_invisible(self) -> bool {
        self.width.min(self.height) < MIN_SIDE
    }
}

/// What the first octets of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// A picture of this size.
    Size(Size),
    /// A picture whose size stands further on, or nowhere.
    Unknown,
    /// No picture that mail clients show.
    Foreign,
}

/// Reads the size of a JPEG, PNG, GIF or WebP from its first octets.
pub(super) fn read(octets: &[u8]) -> Head {
    let Ok(kind) = imagesize::image_type(octets) else { return Head::Foreign };
    let Ok(found) = imagesize::blob_size(octets) else { return Head::Unknown };
    let (Ok(width), Ok(height)) = (u32::try_from(found.width), u32::try_from(found.height)) else {
        return Head::Unknown;
    };
    if width == 0 || height == 0 {
        return Head::Unknown;
    }
    let is_turned = kind == imagesize::ImageType::Jpeg && is_on_its_side(octets);
    Head::Size(if is_turned { Size { width: height, height: width } } else { Size { width, height } })
}

/// Says whether the camera was held upright: the EXIF block of a JPEG tells.
fn is_on_its_side(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    // Segments stand one after the other: 0xFF, a marker, the length of what follows with its own two octets.
    while let [0xff, marker, high, low, ..] = *rest {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(segment) = rest.get(4..2 + length) else { break };
        if let (0xe1, Some(exif)) = (marker, segment.strip_prefix(b"Exif\0\0")) {
            return Orientation::from_exif_chunk(exif).is_some_and(|turn| (5..=8).contains(&turn.to_exif()));
        }
        if marker == 0xda {
            break;
        }
        rest = &rest[2 + length..];
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::image::tests::{jpeg, png, with_orientation};

    #[test]
    fn sizes_stand_in_the_first_octets() {
        #[track_caller]
        fn check(octets: &[u8], expect: Head) {
            assert_eq!(read(octets), expect);
        }
        let size = |width, height| Head::Size(Size { width, height });
        check(&jpeg(300, 200)[..], size(300, 200));
        check(&png(30, 20)[..33], size(30, 20));
        check(&with_orientation(&jpeg(300, 200), 6), size(200, 300));
        check(&with_orientation(&jpeg(300, 200), 3), size(300, 200));
        check(b"GIF89a\x2c\x01\xc8\x00\xf0\x00\x00", size(300, 200));
        check(&jpeg(300, 200)[..20], Head::Unknown);
        check(b"<!doctype html><p>not found", Head::Foreign);
        check(b"<svg xmlns=\"http://www.w3.org/2000/svg\" />", Head::Foreign);
        check(b"", Head::Foreign);
    }

    proptest! {
        #[test]
        fn nothing_panics(start in 0_usize..4, octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let starts: [&[u8]; 4] = [b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8", b"GIF89a"];
            let _ = read(&[starts[start], &octets].concat());
        }
    }
}
