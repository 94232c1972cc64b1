use std::io::Cursor;

use ::image::{ImageFormat, Rgb, RgbImage};

/// A photograph: light grows to the right, with grain.
pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut seed = 1_u32;
    let image = RgbImage::from_fn(width, height, |x, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let light = (x * 200 / width) as u8;
        Rgb([light, light.saturating_add((seed >> 27) as u8), light.saturating_add((seed >> 26) as u8)])
    });
    write(&image, ImageFormat::Jpeg)
}

/// A drawing of two colours.
pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    let image =
        RgbImage::from_fn(
            width,
            height,
            |x, y| if (x / 20 + y / 20) % 2 == 0 { Rgb([20, 60, 90]) } else { Rgb([250; 3]) },
        );
    write(&image, ImageFormat::Png)
}

fn write(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// The first octets of a PNG that says to be so large.
pub(super) fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(8, 8);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    file
}

/// A JPEG with an EXIF block that holds this orientation.
pub(super) fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}
