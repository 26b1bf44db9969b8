//! Pictures made anew: read to their points and written again, so that nothing else that came with them is kept. Neither where a photo was taken
//! nor what somebody hid in a file for a reader with a fault.

use std::io::Cursor;

use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits,
};
use thiserror::Error;

/// Points of a picture at most: a file of some kilobytes may hold a picture that fills the memory.
const POINTS_MAX: u64 = 64_000_000;
/// Points of all frames of an animation at most.
const MOVING_POINTS_MAX: u64 = 2 * POINTS_MAX;
/// Memory of one decoder at most, bytes.
const MEMORY_MAX: u64 = 640 << 20;
/// Of 100. Above, files grow and nobody sees it.
const JPEG_QUALITY: u8 = 90;

/// A picture made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What it is now.
    pub media_type: &'static str,
    /// What names of such files end with, without the dot.
    pub extension: &'static str,
}

/// Why a picture is not taken.
#[derive(Debug, Error)]
pub enum PictureError {
    /// It is none, or of a kind that is not read here.
    #[error("no picture that can be read")]
    Unknown,
    /// It has more points than are read.
    #[error("a picture of {width} by {height} points is too large: {} million at most", POINTS_MAX / 1_000_000)]
    TooLarge {
        /// Points.
        width: u32,
        /// Points.
        height: u32,
    },
    /// It begins as a picture and cannot be read.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
}

/// Whether a content of that type is made anew when it is a picture of somebody or something.
pub fn is_picture(media_type: &str) -> bool {
    matches!(media_type, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}

/// The same picture, upright, in new bytes: points and colours, nothing else.
///
/// JPEG, PNG and GIF stay what they are, a moving GIF moves. WebP becomes JPEG, or PNG where it is transparent.
pub fn made_anew(bytes: &[u8]) -> Result<Picture, PictureError> {
    let format = image::guess_format(bytes).map_err(|_| PictureError::Unknown)?;
    if format == ImageFormat::Gif {
        return moving(bytes);
    }
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(PictureError::Unknown);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    bounded(decoder.dimensions())?;
    // Colours are what the profile says they are.
    let profile = decoder.icc_profile().unwrap_or_default();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    match format {
        ImageFormat::Png => png(&picture, profile),
        ImageFormat::WebP if picture.color().has_alpha() => png(&picture, profile),
        _ => jpeg(&picture, profile),
    }
}

fn jpeg(picture: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Picture, PictureError> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    if let Some(profile) = profile {
        // One that the format cannot hold is left out.
        drop(encoder.set_icc_profile(profile));
    }
    let written = match picture.color() {
        image::ColorType::L8 | image::ColorType::Rgb8 => picture.write_with_encoder(encoder),
        _ => picture.to_rgb8().write_with_encoder(encoder),
    };
    written.map_err(damaged)?;
    Ok(Picture { bytes, media_type: "image/jpeg", extension: "jpg" })
}

fn png(picture: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Picture, PictureError> {
    let mut bytes = Vec::new();
    let mut encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    if let Some(profile) = profile {
        drop(encoder.set_icc_profile(profile));
    }
    picture.write_with_encoder(encoder).map_err(damaged)?;
    Ok(Picture { bytes, media_type: "image/png", extension: "png" })
}

/// A GIF, frame by frame.
fn moving(bytes: &[u8]) -> Result<Picture, PictureError> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    decoder.set_limits(limits()).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    bounded((width, height))?;
    let of_one = u64::from(width) * u64::from(height);
    let mut made = Vec::new();
    {
        let mut encoder = GifEncoder::new_with_speed(&mut made, 10);
        encoder.set_repeat(Repeat::Infinite).map_err(damaged)?;
        let mut points = 0;
        for frame in decoder.into_frames() {
            points += of_one;
            if points > MOVING_POINTS_MAX {
                return Err(PictureError::TooLarge { width, height });
            }
            encoder.encode_frame(frame.map_err(damaged)?).map_err(damaged)?;
        }
        if points == 0 {
            return Err(PictureError::Damaged("there is no frame in it".to_owned()));
        }
    }
    Ok(Picture { bytes: made, media_type: "image/gif", extension: "gif" })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    limits
}

fn bounded((width, height): (u32, u32)) -> Result<(), PictureError> {
    if u64::from(width) * u64::from(height) > POINTS_MAX {
        return Err(PictureError::TooLarge { width, height });
    }
    Ok(())
}

fn damaged(error: ImageError) -> PictureError {
    PictureError::Damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use image::{Frame, ImageBuffer, Rgb, RgbImage, Rgba, RgbaImage};
    use proptest::prelude::*;

    use super::*;

    const HIDDEN: &[u8] = b"taken at 48.5734 N 7.7521 E";

    /// Red above, blue beneath.
    fn flag() -> RgbImage {
        ImageBuffer::from_fn(16, 8, |_, y| if y < 4 { Rgb([200, 20, 20]) } else { Rgb([20, 20, 200]) })
    }

    /// An orientation as a camera writes it, with something else beside.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        exif.extend(HIDDEN);
        exif
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    fn read(picture: &Picture) -> DynamicImage {
        image::load_from_memory(&picture.bytes).unwrap()
    }

    #[test]
    fn what_a_photo_says_of_its_place_is_gone_and_it_stands_upright() {
        let mut photo = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut photo, 95);
        encoder.set_exif_metadata(exif(6)).unwrap(); // turned by a quarter
        flag().write_with_encoder(encoder).unwrap();
        photo.extend(b"<script>after the end</script>");
        assert!(holds(&photo, HIDDEN));
        let made = made_anew(&photo).unwrap();
        assert!(crate::says_more(&photo) && !crate::says_more(&made.bytes));
        assert_eq!((made.media_type, made.extension), ("image/jpeg", "jpg"));
        assert!(
            !holds(&made.bytes, HIDDEN) && !holds(&made.bytes, b"Exif") && !holds(&made.bytes, b"<script>")
        );
        let upright = read(&made).to_rgb8();
        assert_eq!(upright.dimensions(), (8, 16));
        let [red, _, blue] = upright.get_pixel(7, 8).0;
        assert!(red > 150 && blue < 100, "red is on the right");
    }

    #[test]
    fn a_drawing_keeps_its_points_and_its_transparency_and_nothing_else() {
        let drawing: RgbaImage =
            ImageBuffer::from_fn(9, 5, |x, y| Rgba([x as u8, y as u8, 7, if x > 3 { 0 } else { 255 }]));
        let mut png = Vec::new();
        let mut encoder = PngEncoder::new(&mut png);
        encoder.set_exif_metadata(exif(1)).unwrap();
        drawing.write_with_encoder(encoder).unwrap();
        png.extend(b"PK\x03\x04 an archive behind a picture");
        assert!(holds(&png, HIDDEN));
        let made = made_anew(&png).unwrap();
        assert_eq!(made.media_type, "image/png");
        assert!(!holds(&made.bytes, HIDDEN) && !holds(&made.bytes, b"PK"));
        assert_eq!(read(&made).to_rgba8(), drawing);
    }

    #[test]
    fn a_moving_picture_goes_on_moving_and_webp_becomes_what_everything_reads() {
        let mut gif = Vec::new();
        {
            let mut encoder = GifEncoder::new(&mut gif);
            for shade in [10, 120, 240] {
                encoder
                    .encode_frame(Frame::new(RgbaImage::from_pixel(6, 6, Rgba([shade, 0, 0, 255]))))
                    .unwrap();
            }
        }
        let made = made_anew(&gif).unwrap();
        assert_eq!(made.media_type, "image/gif");
        let frames =
            GifDecoder::new(Cursor::new(&made.bytes)).unwrap().into_frames().collect_frames().unwrap();
        assert_eq!(frames.len(), 3);

        let webp = |picture: DynamicImage| {
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, ImageFormat::WebP).unwrap();
            made_anew(bytes.get_ref()).unwrap()
        };
        assert_eq!(webp(flag().into()).extension, "jpg");
        assert_eq!(webp(RgbaImage::from_pixel(4, 4, Rgba([1, 2, 3, 4])).into()).extension, "png");
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_and_what_is_none_are_refused() {
        // A header alone, of 65 000 by 65 000 points.
        let mut png = Vec::new();
        flag().write_with_encoder(PngEncoder::new(&mut png)).unwrap();
        png[16..24].copy_from_slice(&[0, 0, 0xfd, 0xe8, 0, 0, 0xfd, 0xe8]);
        let check = crc(&png[12..29]);
        png[29..33].copy_from_slice(&check);
        assert!(matches!(made_anew(&png), Err(PictureError::TooLarge { width: 65_000, height: 65_000 })));
        assert!(matches!(made_anew(b"<svg/>"), Err(PictureError::Unknown)));
        assert!(matches!(made_anew(b"\x89PNG\r\n\x1a\nnot a picture"), Err(PictureError::Damaged(_))));
    }

    /// The check of a part of a PNG (CRC-32, ISO 3309).
    fn crc(bytes: &[u8]) -> [u8; 4] {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        };
        (!bytes.iter().fold(u32::MAX, step)).to_be_bytes()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn a_picture_with_any_byte_changed_is_made_anew_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(), format in 0..4_usize) {
            let format = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP][format];
            let mut bytes = Cursor::new(Vec::new());
            DynamicImage::from(flag()).write_to(&mut bytes, format).unwrap();
            let mut bytes = bytes.into_inner();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            drop(made_anew(&bytes));
            bytes.truncate(cut.index(bytes.len()));
            drop(made_anew(&bytes));
        }
    }
}
