//! Files: kept whole or not at all.

use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use dictionary::Value;
use dictionary::value::FileRef;
use jiff::SignedDuration;
use store::{Content, FileError, FileStore, LocalFiles, StoreError, files};

use crate::support::{TestStore, each, id, row};

fn put(test: &TestStore, content: &[u8]) -> files::Kept {
    files::put(test.store().files(), &mut &*content, 1_000_000).unwrap()
}

#[test]
fn a_file_comes_back_whole_and_in_parts() {
    each(|mut test| {
        let content: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(n) >> 5) as u8).collect();
        let kept = put(&test, &content);
        assert_eq!((kept.hash.len(), kept.size_bytes), (64, 200_000));
        assert_eq!(kept.hash, blake3::hash(&content).to_hex().as_str());
        test.reopen();
        let files = test.store().files();
        assert_eq!(files.size(&kept.hash).unwrap(), Some(200_000));
        assert_eq!(files.read(&kept.hash, 0, usize::MAX).unwrap().unwrap(), content);
        assert_eq!(files.read(&kept.hash, 199_990, 50).unwrap().unwrap(), &content[199_990..]);
        assert_eq!(files.read(&kept.hash, 300_000, 5).unwrap().unwrap(), b"");
        assert!(files.is_whole(&kept.hash).unwrap());
        assert_eq!(put(&test, &content), kept, "the same content again is the same file");
        assert_eq!(put(&test, b"").size_bytes, 0);
    });
}

#[test]
fn what_is_not_there_is_none_whatever_its_name() {
    each(|test| {
        let files = test.store().files();
        for name in
            ["0".repeat(64).as_str(), "../../../etc/passwd", "", "é", &"A".repeat(64), &"/".repeat(64)]
        {
            assert_eq!(files.size(name).unwrap(), None, "{name}");
            assert_eq!(files.read(name, 0, 10).unwrap(), None);
            assert!(!files.is_whole(name).unwrap());
        }
    });
}

#[test]
fn a_file_too_large_or_cut_short_leaves_nothing() {
    each(|test| {
        let files = test.store().files();
        let large = files::put(files, &mut io::repeat(7).take(1_001), 1_000);
        assert!(matches!(large, Err(FileError::TooLarge { size_bytes_max: 1_000 })));
        assert_eq!(files::put(files, &mut io::repeat(7).take(1_000), 1_000).unwrap().size_bytes, 1_000);

        struct Cut;
        impl Read for Cut {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let cut = files::put(files, &mut (&b"half"[..]).chain(Cut), 1_000);
        assert!(matches!(cut, Err(FileError::Io { .. })));
        let half = blake3::hash(b"half").to_hex();
        assert_eq!(files.size(half.as_str()).unwrap(), None);
        assert_eq!(half_written(test.folder.path()), 0);
    });
}

/// Files that are being written, or were left so.
fn half_written(folder: &Path) -> usize {
    let places = std::fs::read_dir(folder.join("files/incoming")).unwrap().map(|place| place.unwrap().path());
    places.filter(|place| place.is_dir()).map(|place| std::fs::read_dir(place).unwrap().count()).sum()
}

#[test]
fn who_opens_the_same_files_leaves_alone_what_another_is_writing() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("files");
    let (one, other) = (LocalFiles::open(&path).unwrap(), LocalFiles::open(&path).unwrap());
    let mut writing = one.begin(100).unwrap();
    writing.write(b"half ").unwrap();
    assert_eq!(half_written(folder.path()), 1);
    let third = LocalFiles::open(&path).unwrap();
    writing.write(b"and half").unwrap();
    let kept = writing.finish().unwrap();
    assert_eq!(third.read(&kept.hash, 0, 100).unwrap().unwrap(), b"half and half");
    assert_eq!(files::put(&other, &mut &b"half and half"[..], 100).unwrap(), kept);
    // What a process that was killed left is swept away: its lock is free.
    let left = path.join("incoming/999999999-0");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("0"), "half").unwrap();
    std::fs::write(left.with_extension("lock"), "").unwrap();
    LocalFiles::open(&path).unwrap();
    assert_eq!(half_written(folder.path()), 0);
}

#[test]
fn a_record_cannot_refer_to_a_file_that_is_not_there() {
    each(|test| {
        let add = |n: u128, hash: &str| {
            let dictionary = test.dictionary.clone();
            let logo = Value::File(Box::new(FileRef {
                name: "logo.png".into(),
                media_type: "image/png".into(),
                size: 4,
                hash: hash.to_owned(),
            }));
            test.write(1, move |tx| {
                let account = dictionary.entity("account").unwrap();
                tx.insert(account, row(account, id(n), &[("logo", logo)]), None)
            })
        };
        let absent = blake3::hash(b"logo").to_hex();
        match add(1, absent.as_str()) {
            Err(StoreError::MissingFile { hash }) => assert_eq!(hash, absent.as_str()),
            other => panic!("{other:?}"),
        }
        assert!(test.account(id(1)).is_none());
        put(&test, b"logo");
        add(1, absent.as_str()).unwrap();
        // A change of something else does not ask again.
        test.change_account(id(1), "name", "Avec logo".into());
    });
}

#[test]
fn a_damaged_file_is_told() {
    each(|test| {
        let kept = put(&test, b"important");
        let path = test.folder.path().join("files").join(&kept.hash[..2]).join(&kept.hash[2..]);
        std::fs::write(path, b"imp0rtant").unwrap();
        assert!(!test.store().files().is_whole(&kept.hash).unwrap());
    });
}

#[test]
fn contents_are_told_and_removed_by_age_and_one_received_again_stays() {
    each(|test| {
        let files = test.store().files();
        let listed = || {
            let mut all: Vec<Content> = Vec::new();
            files.list(&mut |content| all.push(content)).unwrap();
            all.sort_by_key(|content| content.size_bytes);
            all
        };
        assert_eq!(listed(), []);
        let (one, other) = (put(&test, b"one"), put(&test, b"other"));
        let mut writing = files.begin(100).unwrap();
        writing.write(b"on its way").unwrap();
        let told = listed();
        let names: Vec<(&str, u64)> = told.iter().map(|c| (c.hash.as_str(), c.size_bytes)).collect();
        assert_eq!(
            names,
            [(one.hash.as_str(), 3), (other.hash.as_str(), 5)],
            "what is being received is not told"
        );

        let kept_at = told[0].kept_at;
        let later = kept_at + SignedDuration::from_hours(1);
        assert!(!files.remove(&one.hash, kept_at).unwrap(), "it is not older than itself");
        assert!(!files.remove(&"0".repeat(64), later).unwrap());
        assert!(!files.remove("../../etc/passwd", later).unwrap());
        assert!(files.remove(&one.hash, later).unwrap());
        assert!(!files.remove(&one.hash, later).unwrap(), "once is enough");
        assert_eq!(files.size(&one.hash).unwrap(), None);

        // Old, but received again just now: it is as young as a new one.
        let folder = test.folder.path().join("files");
        let path = folder.join(&other.hash[..2]).join(&other.hash[2..]);
        let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        let before_now = kept_at - SignedDuration::from_hours(1);
        assert!(listed()[0].kept_at < before_now);
        assert_eq!(put(&test, b"other"), other);
        assert!(!files.remove(&other.hash, before_now).unwrap());
        assert!(files.is_whole(&other.hash).unwrap());
        let kept = writing.finish().unwrap();
        assert!(files.is_whole(&kept.hash).unwrap(), "removing others did it no harm");
    });
}
