//! Writing and reading the primitives of the format: `docs/formats/journal.md`, "Primitives".

/// Why bytes are not what the format says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct DecodeError {
    /// What was found, in words.
    pub what: &'static str,
    /// Where: bytes from the start of what was decoded.
    pub at: usize,
}

/// Appends an unsigned number: seven bits a byte, lowest first, the high bit set on all but the last.
pub(crate) fn put_unsigned(out: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        out.push((number as u8 & 0x7f) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a signed number: zigzag (0, −1, 1, −2…), then as [`put_unsigned`].
pub(crate) fn put_signed(out: &mut Vec<u8>, number: i128) {
    put_unsigned(out, ((number << 1) ^ (number >> 127)) as u128);
}

/// Appends a length in bytes, then the bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_unsigned(out, bytes.len() as u128);
    out.extend_from_slice(bytes);
}

/// Appends a text: [`put_bytes`] of its UTF-8.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

/// Reads primitives, and refuses every spelling but the one that is written, so that what decodes encodes back to the same bytes.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn fault(&self, what: &'static str) -> DecodeError {
        DecodeError { what, at: self.at }
    }

    /// Whether everything was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.left() == 0
    }

    /// Fails unless everything was read.
    pub(crate) fn finish(self) -> Result<(), DecodeError> {
        if self.left() == 0 { Ok(()) } else { Err(self.fault("bytes after the end")) }
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        if count > self.left() {
            return Err(self.fault("the end came too soon"));
        }
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, DecodeError> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(crate) fn unsigned(&mut self) -> Result<u128, DecodeError> {
        let mut number: u128 = 0;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7f);
            if (bits << shift) >> shift != bits {
                return Err(self.fault("a number too large"));
            }
            number |= bits << shift;
            if byte < 0x80 {
                if byte == 0 && shift > 0 {
                    return Err(self.fault("a number with leading zeros"));
                }
                return Ok(number);
            }
        }
        Err(self.fault("a number too long"))
    }

    pub(crate) fn signed(&mut self) -> Result<i128, DecodeError> {
        let number = self.unsigned()?;
        Ok((number >> 1) as i128 ^ -((number & 1) as i128))
    }

    pub(crate) fn unsigned_64(&mut self) -> Result<u64, DecodeError> {
        let number = self.unsigned()?;
        u64::try_from(number).map_err(|_| self.fault("a number beyond 64 bits"))
    }

    pub(crate) fn signed_64(&mut self) -> Result<i64, DecodeError> {
        let number = self.signed()?;
        i64::try_from(number).map_err(|_| self.fault("a number beyond 64 bits"))
    }

    /// A count of things that take at least one byte each: never more than the bytes left, so that garbage asks for no memory.
    pub(crate) fn count(&mut self) -> Result<usize, DecodeError> {
        let count = self.unsigned()?;
        match usize::try_from(count) {
            Ok(count) if count <= self.left() => Ok(count),
            _ => Err(self.fault("a count beyond the end")),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.count()?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, DecodeError> {
        let at = self.at;
        std::str::from_utf8(self.bytes()?).map_err(|_| DecodeError { what: "a text that is not UTF-8", at })
    }
}
