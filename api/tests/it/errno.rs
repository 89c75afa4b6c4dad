//! Names, numbers and texts of `Errno` and `Eai`.

use std::io;

use wavetank_api::{Eai, Errno, HErrno};

#[test]
fn the_texts_are_those_of_the_c_library() {
    for &errno in Errno::ALL {
        let text = io::Error::from_raw_os_error(errno.raw()).to_string();
        assert_eq!(text, format!("{} (os error {})", errno.description(), errno.raw()), "{errno:?}");
    }
}

#[test]
fn every_number_up_to_the_last_has_a_name_but_the_two_that_linux_skips() {
    let without_name: Vec<i32> = (1..=133).filter(|&number| Errno::from_raw(number).name().is_none()).collect();
    // asm-generic/errno.h: 41 was EWOULDBLOCK, 58 was EDEADLOCK; both are aliases today.
    assert_eq!(without_name, [41, 58]);
}

#[test]
fn names_and_numbers_agree() {
    for (number, name, errno) in [
        (1, "EPERM", Errno::EPERM),
        (4, "EINTR", Errno::EINTR),
        (11, "EAGAIN", Errno::EWOULDBLOCK),
        (95, "EOPNOTSUPP", Errno::ENOTSUP),
        (98, "EADDRINUSE", Errno::EADDRINUSE),
        (110, "ETIMEDOUT", Errno::ETIMEDOUT),
        (111, "ECONNREFUSED", Errno::ECONNREFUSED),
        (115, "EINPROGRESS", Errno::EINPROGRESS),
        (133, "EHWPOISON", Errno::EHWPOISON),
    ] {
        assert_eq!((errno.raw(), errno.name()), (number, Some(name)));
        assert_eq!(format!("{errno:?}"), name);
    }
}

#[test]
fn an_unknown_number_survives() {
    for number in [0, 41, 134, 512, -1, i32::MAX] {
        let errno = Errno::from_raw(number);
        assert_eq!((errno.raw(), errno.name()), (number, None));
        assert_eq!(format!("{errno:?}"), format!("Errno({number})"));
        assert_eq!(io::Error::from(errno).raw_os_error(), Some(number));
    }
}

#[test]
fn resolver_errors_have_names_too() {
    for (eai, number, text) in [
        (Eai::NONAME, -2, "EAI_NONAME (Name or service not known)"),
        (Eai::AGAIN, -3, "EAI_AGAIN (Temporary failure in name resolution)"),
        (Eai::SERVICE, -8, "EAI_SERVICE (Servname not supported for ai_socktype)"),
        (Eai::from_raw(-99), -99, "EAI -99 (Unknown error)"),
    ] {
        assert_eq!((eai.raw(), eai.to_string().as_str()), (number, text));
    }
}

/// As glibc 2.36 answers `hstrerror`.
#[test]
fn the_older_resolver_errors_have_their_own_texts() {
    for (h_errno, number, text) in [
        (HErrno::HOST_NOT_FOUND, 1, "HOST_NOT_FOUND (Unknown host)"),
        (HErrno::TRY_AGAIN, 2, "TRY_AGAIN (Host name lookup failure)"),
        (HErrno::NO_RECOVERY, 3, "NO_RECOVERY (Unknown server error)"),
        (HErrno::NO_DATA, 4, "NO_DATA (No address associated with name)"),
        (HErrno::from_raw(-1), -1, "h_errno -1 (Resolver internal error)"),
        (HErrno::from_raw(0), 0, "h_errno 0 (Resolver Error 0 (no error))"),
        (HErrno::from_raw(5), 5, "h_errno 5 (Unknown resolver error)"),
    ] {
        assert_eq!((h_errno.raw(), h_errno.to_string().as_str()), (number, text));
    }
}
