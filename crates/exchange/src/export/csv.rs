//! Rows of delimited text.

/// A row with its end: a cell is quoted where it must be, quotes doubled.
pub(crate) fn row(delimiter: char, cells: &[impl AsRef<str>]) -> std::io::Result<Vec<u8>> {
    let mut text = String::new();
    for (position, cell) in cells.iter().enumerate() {
        if position > 0 {
            text.push(delimiter);
        }
        let cell = cell.as_ref();
        // A row of one empty cell would be an empty line, which readers skip.
        let quoted = cell.contains(['"', '\n', '\r', delimiter])
            || cell.starts_with(char::is_whitespace)
            || cell.ends_with(char::is_whitespace)
            || cells.len() == 1 && cell.is_empty();
        if quoted {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
    Ok(text.into_bytes())
}
