//! What a picture says beside its points: where and when it was taken, by whom, with which machine.

/// Whether a picture that begins with `head` says more than its points and colours, or is of a kind that nothing here writes: it was not made anew then.
/// What is no picture says nothing.
///
/// Looks at what stands before the points, where cameras and programs write it. JPEG: ITU-T T.81, B.1.1; PNG: the specification, 5.3; WebP: RFC 9649.
pub fn says_more(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xd8") {
        return jpeg(&head[2..]);
    }
    if let Some(chunks) = head.strip_prefix(b"\x89PNG\r\n\x1a\n") {
        return png(chunks);
    }
    head.len() >= 12 && head.starts_with(b"RIFF") && &head[8..12] == b"WEBP"
}

/// Segments, until the points begin: a mark, and for most of them two bytes of length that count themselves.
fn jpeg(mut rest: &[u8]) -> bool {
    const POINTS: u8 = 0xda;
    const COMMENT: u8 = 0xfe;
    // Exif and XMP are in the first, IPTC in the other; JFIF and profiles of colours are not.
    const EXIF: u8 = 0xe1;
    const IPTC: u8 = 0xed;
    while let [0xff, mark, after @ ..] = rest {
        match *mark {
            0xff => rest = &rest[1..],
            POINTS => return false,
            COMMENT | EXIF | IPTC => return true,
            _ => {
                let [high, low, ..] = after else { return false };
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                match after.get(length.max(2)..) {
                    Some(next) => rest = next,
                    // Longer than what is looked at, and none of those.
                    None => return false,
                }
            }
        }
    }
    false
}

/// Chunks, until the points begin: length, kind, content, check.
fn png(mut rest: &[u8]) -> bool {
    while let [a, b, c, d, e, f, g, h, ..] = *rest {
        match &[e, f, g, h] {
            b"IDAT" => return false,
            b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"tIME" => return true,
            _ => {}
        }
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        match rest.get(length.saturating_add(12)..) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(mark: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, mark], &length[..], content].concat()
    }

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], kind, content, &[0; 4]].concat()
    }

    #[test]
    fn what_cameras_and_programs_write_beside_the_points_is_seen() {
        let jpeg = |segments: &[Vec<u8>]| {
            [b"\xff\xd8".to_vec(), segments.concat(), segment(0xda, b"points")].concat()
        };
        let jfif = segment(0xe0, b"JFIF\0");
        assert!(!says_more(&jpeg(&[jfif.clone(), segment(0xe2, b"ICC_PROFILE\0")])));
        for mark in [0xe1, 0xed, 0xfe] {
            assert!(says_more(&jpeg(&[jfif.clone(), segment(mark, b"48.57 N")])), "{mark:x}");
        }
        let png = |chunks: &[Vec<u8>]| {
            [
                b"\x89PNG\r\n\x1a\n".to_vec(),
                chunk(b"IHDR", &[0; 13]),
                chunks.concat(),
                chunk(b"IDAT", b"points"),
            ]
            .concat()
        };
        assert!(!says_more(&png(&[chunk(b"iCCP", b"sRGB")])));
        for kind in [b"eXIf", b"tEXt", b"iTXt"] {
            assert!(says_more(&png(&[chunk(kind, b"48.57 N")])));
        }
        assert!(says_more(b"RIFF\x10\0\0\0WEBPVP8 "));
        for other in [&b""[..], b"%PDF-1.7", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xe0\xff"] {
            assert!(!says_more(other));
        }
    }

    proptest! {
        #[test]
        fn anything_is_looked_at_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..3_usize) {
            let begins: [&[u8]; 3] = [b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b""];
            says_more(&[begins[kind], &bytes].concat());
        }
    }
}
