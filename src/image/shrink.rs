//! A picture's file in, smaller ones out: upright, no wider than a mail needs, and nothing in them but the picture.
//!
//! What is decoded is bounded beforehand by its number of pixels, and by what a decoder may allocate.

use std::{collections::HashSet, io::Cursor};

use ::image::{
    DynamicImage, ImageDecoder as _, ImageReader, Limits, Rgb, RgbImage, RgbaImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
    metadata::Orientation,
};
use fast_image_resize::{self as resize, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder};

use super::{
    probe::{FOREIGN, NOTHING},
    size::{self, Head, Size},
};

/// No picture with more pixels is decoded.
pub(super) const MAX_PIXELS: u64 = 40_000_000;

/// A decoder may allocate so many octets: six for each pixel of the largest picture.
const MAX_MEMORY: u64 = 6 * MAX_PIXELS;

/// Screens have up to twice as many pixels as a layout counts.
const DENSITY: u32 = 2;

/// Drawings have few colours: they may be smaller as PNG than as JPEG.
const MAX_DRAWING_COLORS: usize = 4_096;

/// How much of the full width, in hundredths, and the quality of a JPEG: each step makes a smaller file.
const STEPS: [(u32, u8); 6] = [(100, 80), (100, 60), (75, 65), (75, 50), (50, 65), (50, 45)];

/// A picture in files of decreasing size.
#[derive(Debug)]
pub(super) struct Renditions {
    /// How large the original is, the right way up.
    pub(super) size: Size,
    /// The best first; one at least.
    pub(super) files: Vec<Encoded>,
}

/// A file made here.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) media_type: &'static str,
    pub(super) octets: Vec<u8>,
}

/// Makes files of a picture that is shown `shown` pixels wide: the best, and smaller ones until one has no more octets
/// than `share`. No picture is enlarged.
///
/// # Errors
/// Says why the file is no good.
pub(super) fn shrink(file: &[u8], shown: u32, share: usize) -> Result<Renditions, String> {
    let (image, turn) = decode(file)?;
    let is_turned = (5..=8).contains(&turn.to_exif());
    let (width, height) = (image.width(), image.height());
    let size = if is_turned { Size { width: height, height: width } } else { Size { width, height } };
    if size.is_invisible() {
        return Err(NOTHING.to_owned());
    }
    let best = scaled(size, shown.saturating_mul(DENSITY).min(size.width));
    let lying = if is_turned { Size { width: best.height, height: best.width } } else { best };
    let mut image = resized(Pixels::of(image), lying)?.into_image();
    image.apply_orientation(turn);
    let full = Pixels::of(image).without_idle_alpha();
    let mut files: Vec<Encoded> = Vec::new();
    for (hundredths, quality) in STEPS {
        let smallest = files.last().map(|choice| choice.octets.len());
        if smallest.is_some_and(|smallest| smallest <= share) {
            break;
        }
        let size = scaled(best, (best.width * hundredths / 100).max(1));
        let encoded = encode(resized(full.clone(), size)?, quality)?;
        if smallest.is_none_or(|smallest| encoded.octets.len() < smallest) {
            files.push(encoded);
        }
    }
    Ok(Renditions { size, files })
}

/// Decodes the first frame, and says how it is to be turned.
fn decode(file: &[u8]) -> Result<(DynamicImage, Orientation), String> {
    match size::read(file) {
        Head::Foreign => return Err(FOREIGN.to_owned()),
        Head::Size(size) => check(size.width, size.height)?,
        Head::Unknown => {}
    }
    let broken = |error: ::image::ImageError| format!("its file is broken: {error}");
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|error| error.to_string())?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    check(width, height)?;
    if decoder.total_bytes() > MAX_MEMORY {
        return Err("it takes too much memory".to_owned());
    }
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(broken)?, turn))
}

fn check(width: u32, height: u32) -> Result<(), String> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= MAX_PIXELS {
        return Ok(());
    }
    let (millions, most) = (pixels.div_ceil(1_000_000), MAX_PIXELS / 1_000_000);
    Err(format!("it has {millions} million pixels, and {most} million are the most"))
}

/// The same shape, so wide.
fn scaled(size: Size, width: u32) -> Size {
    let height = u64::from(size.height) * u64::from(width) / u64::from(size.width.max(1));
    Size { width, height: u32::try_from(height).unwrap_or(u32::MAX).max(1) }
}

/// A picture of 8 bits a colour.
#[derive(Clone)]
enum Pixels {
    Opaque(RgbImage),
    Transparent(RgbaImage),
}

impl Pixels {
    fn of(image: DynamicImage) -> Self {
        if image.color().has_alpha() { Self::Transparent(image.into_rgba8()) } else { Self::Opaque(image.into_rgb8()) }
    }

    fn into_image(self) -> DynamicImage {
        match self {
            Self::Opaque(image) => image.into(),
            Self::Transparent(image) => image.into(),
        }
    }

    /// Many pictures could be seen through, and cannot.
    fn without_idle_alpha(self) -> Self {
        match self {
            Self::Transparent(image) if image.pixels().all(|pixel| pixel[3] == u8::MAX) => {
                Self::Opaque(DynamicImage::from(image).into_rgb8())
            }
            other => other,
        }
    }
}

fn resized(pixels: Pixels, size: Size) -> Result<Pixels, String> {
    let Size { width, height } = size;
    let (own, kind) = match &pixels {
        Pixels::Opaque(image) => (image.dimensions(), PixelType::U8x3),
        Pixels::Transparent(image) => (image.dimensions(), PixelType::U8x4),
    };
    if own == (width, height) {
        return Ok(pixels);
    }
    let octets = match pixels {
        Pixels::Opaque(image) => image.into_raw(),
        Pixels::Transparent(image) => image.into_raw(),
    };
    let fault = || "it cannot be made smaller".to_owned();
    let from = resize::images::Image::from_vec_u8(own.0, own.1, octets, kind).map_err(|_| fault())?;
    let mut to = resize::images::Image::new(width, height, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(resize::FilterType::CatmullRom));
    Resizer::new().resize(&from, &mut to, &options).map_err(|_| fault())?;
    let octets = to.into_vec();
    let made = match kind {
        PixelType::U8x3 => RgbImage::from_raw(width, height, octets).map(Pixels::Opaque),
        _ => RgbaImage::from_raw(width, height, octets).map(Pixels::Transparent),
    };
    made.ok_or_else(fault)
}

/// Writes photographs as JPEG, drawings and what one can see through as PNG. At the worst quality, what one can see
/// through is put on white.
fn encode(pixels: Pixels, quality: u8) -> Result<Encoded, String> {
    match pixels {
        Pixels::Opaque(image) => {
            let photograph = jpeg(&image, quality)?;
            if !has_few_colors(&image) {
                return Ok(photograph);
            }
            // What is far larger when it is written quickly will not be smaller when it is written slowly.
            let image = image.into();
            if png(&image, CompressionType::Fast)?.octets.len() > 2 * photograph.octets.len() {
                return Ok(photograph);
            }
            let drawing = png(&image, CompressionType::Default)?;
            Ok(if drawing.octets.len() <= photograph.octets.len() { drawing } else { photograph })
        }
        Pixels::Transparent(image) => {
            let is_last = STEPS.last().is_some_and(|(_, last)| *last == quality);
            if is_last { jpeg(&on_white(&image), quality) } else { png(&image.into(), CompressionType::Default) }
        }
    }
}

fn has_few_colors(image: &RgbImage) -> bool {
    let mut colors = HashSet::new();
    image.pixels().all(|pixel| {
        colors.insert(pixel.0);
        colors.len() <= MAX_DRAWING_COLORS
    })
}

fn on_white(image: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0.map(u32::from);
        Rgb([red, green, blue].map(|color| u8::try_from((color * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)))
    })
}

fn jpeg(image: &RgbImage, quality: u8) -> Result<Encoded, String> {
    let (Ok(width), Ok(height)) = (u16::try_from(image.width()), u16::try_from(image.height())) else {
        return Err("it is too long for a JPEG".to_owned());
    };
    let mut octets = Vec::new();
    let mut encoder = Encoder::new(&mut octets, quality);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    let written = encoder.encode(image.as_raw(), width, height, ColorType::Rgb);
    written.map_err(|error| format!("it cannot be written as JPEG: {error}"))?;
    Ok(Encoded { media_type: "image/jpeg", octets })
}

fn png(image: &DynamicImage, effort: CompressionType) -> Result<Encoded, String> {
    let mut octets = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut octets, effort, FilterType::Adaptive);
    image.write_with_encoder(encoder).map_err(|error| format!("it cannot be written as PNG: {error}"))?;
    Ok(Encoded { media_type: "image/png", octets })
}

#[cfg(test)]
mod tests {
    use ::image::Rgba;

    use super::*;
    use crate::image::tests::{jpeg as photograph, png as drawing, png_header, with_orientation};

    fn read(encoded: &Encoded) -> DynamicImage {
        ::image::load_from_memory(&encoded.octets).unwrap()
    }

    #[test]
    fn pictures_have_twice_the_width_they_are_shown_at_and_never_more_than_their_own() {
        #[track_caller]
        fn check(own: (u32, u32), shown: u32, expect: (u32, u32)) {
            let renditions = shrink(&photograph(own.0, own.1), shown, usize::MAX).unwrap();
            let image = read(&renditions.files[0]);
            assert_eq!((image.width(), image.height()), expect);
            assert_eq!(renditions.size, Size { width: own.0, height: own.1 });
        }
        check((1500, 1000), 552, (1104, 736));
        check((1000, 600), 552, (1000, 600));
        check((40, 400), 552, (40, 400));
        check((1000, 4), 20, (40, 1));
    }

    #[test]
    fn photographs_are_jpeg_drawings_and_what_one_can_see_through_png() {
        let media_type = |file: &[u8]| shrink(file, 100, usize::MAX).unwrap().files[0].media_type;
        assert_eq!(media_type(&photograph(300, 200)), "image/jpeg");
        assert_eq!(media_type(&drawing(300, 200)), "image/png");
        let glass = RgbaImage::from_fn(60, 40, |x, y| Rgba([x as u8, y as u8, 9, if x > 30 { 255 } else { 0 }]));
        let mut file = Cursor::new(Vec::new());
        glass.write_to(&mut file, ::image::ImageFormat::Png).unwrap();
        let renditions = shrink(file.get_ref(), 100, usize::MAX).unwrap();
        assert!(read(&renditions.files[0]).into_rgba8().get_pixel(0, 0)[3] == 0);
    }

    #[test]
    fn a_picture_stands_upright_and_tells_nothing_of_its_camera() {
        let file = with_orientation(&photograph(300, 200), 6);
        let renditions = shrink(&file, 50, usize::MAX).unwrap();
        assert_eq!(renditions.size, Size { width: 200, height: 300 });
        let image = read(&renditions.files[0]).into_rgb8();
        assert_eq!(image.dimensions(), (100, 150));
        // What is dark on the left of the original is above now.
        let sum = |pixel: &Rgb<u8>| pixel.0.iter().map(|color| u32::from(*color)).sum::<u32>();
        assert!(sum(image.get_pixel(50, 5)) < sum(image.get_pixel(50, 145)));
        assert!(!renditions.files[0].octets.windows(4).any(|octets| octets == b"Exif"));
    }

    #[test]
    fn a_small_share_gives_ever_smaller_files() {
        let renditions = shrink(&photograph(1500, 1000), 552, 1).unwrap();
        let sizes: Vec<usize> = renditions.files.iter().map(|choice| choice.octets.len()).collect();
        assert!(sizes.len() > 3 && sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
        let share = sizes[1];
        assert_eq!(shrink(&photograph(1500, 1000), 552, share).unwrap().files.len(), 2);
    }

    #[test]
    fn what_is_no_good_is_told() {
        #[track_caller]
        fn check(file: &[u8], expect: &str) {
            let why = shrink(file, 552, usize::MAX).unwrap_err();
            assert!(why.contains(expect), "{why}");
        }
        let whole = drawing(300, 200);
        check(&whole[..whole.len() / 2], "broken");
        check(&whole[..40], "broken");
        check(&photograph(300, 200)[..300], "broken");
        check(b"<!doctype html>", "no JPEG");
        check(&png_header(20_000, 20_000), "400 million pixels");
        check(&drawing(1, 1), "nothing");
    }

    #[test]
    fn an_animation_gives_its_first_frame() {
        let mut file = Vec::new();
        {
            let mut encoder = ::image::codecs::gif::GifEncoder::new(&mut file);
            for color in [200, 10] {
                let frame = RgbaImage::from_pixel(30, 20, Rgba([color, color, color, 255]));
                encoder.encode_frame(::image::Frame::new(frame)).unwrap();
            }
        }
        let renditions = shrink(&file, 100, usize::MAX).unwrap();
        assert!(read(&renditions.files[0]).into_rgb8().get_pixel(5, 5)[0] > 150);
    }
}
