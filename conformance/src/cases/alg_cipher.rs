//! Ciphers as sockets: `skcipher` and `aead`, told by control messages what to do.

use wavetank_api::{
    AlgAddr, Errno, Family, MsgFlags, Result, SockType, Socket,
    control::{ALG_SET_AEAD_ASSOCLEN, ALG_SET_IV, ALG_SET_OP, ControlBuf},
};

use super::alg::{ALG, ALG_SET_AEAD_AUTHSIZE, ALG_SET_KEY, RESTRICTED, SOL_ALG, bound, hex};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, same},
    message::sendmsg,
};

cases! { alg::cipher, needs ALG:
    encrypts_and_decrypts once
        "skcipher: ALG_SET_OP and ALG_SET_IV with the data; recv gives as many bytes back"
        from "af_alg_sendmsg, skcipher_recvmsg; RFC 3602 section 4, case 1";
    goes_on_with_more once
        "With MSG_MORE the chain goes on from send to send, without the IV said again"
        from "af_alg_sendmsg: ctx->more; RFC 3602 section 4, case 2";
    in_parts once
        "What was encrypted can be read block by block"
        from "skcipher_recvmsg: as long as there is a block's room";
    not_a_whole_block once
        "15 bytes for a cipher of blocks of 16: recv says EINVAL"
        from "_skcipher_recvmsg; crypto_cbc_encrypt";
    room_that_is_not_filled once
        "recv with more room than data waits for more; with MSG_DONTWAIT it gives what there is, and then EAGAIN"
        from "skcipher_recvmsg loops while there is room; af_alg_wait_for_data";
    wrong_control_messages once
        "An operation that is none, a wrong length of an IV, an unknown message: EINVAL; of another level: not looked at"
        from "af_alg_cmsg_send, af_alg_sendmsg";
    no_operation_is_decryption once
        "Without ALG_SET_OP the data are decrypted, with an IV of zeroes"
        from "alg_accept_parent: ctx->enc = 0; skcipher_accept_parent_nokey";
    key_lengths once
        "A key of a length that the cipher does not have: EINVAL"
        from "alg_setkey: crypto_skcipher_setkey";
    without_a_key once
        "Without a key send and recv say ENOKEY"
        from "algif_skcipher_nokey_ops";
    authenticated once
        "aead: the associated data come first and come back as they were; then the text; then the tag"
        from "aead_recvmsg; the GCM specification (McGrew, Viega), test case 4";
    authenticated_by_ccm once
        "The same with CCM, whose IV begins with the length of its length, less 1"
        from "crypto_ccm_init_crypt; RFC 3610 section 8, packet vector 1";
    lengths_of_ccms_tag once
        "CCM has tags of 4, 6, ... 16 bytes: EINVAL otherwise"
        from "crypto_ccm_setauthsize; RFC 3610 section 2";
    not_authentic once
        "Decryption of what was changed: EBADMSG, and the data are gone"
        from "aead_recvmsg: -EBADMSG";
    length_of_the_tag once
        "ALG_SET_AEAD_AUTHSIZE: the length of the option's value is the length of the tag, its bytes do not matter; GCM has 4, 8, 12 to 16"
        from "alg_setsockopt: ALG_SET_AEAD_AUTHSIZE with optlen; crypto_gcm_setauthsize";
    less_than_a_tag once
        "Fewer bytes than associated data and tag: EINVAL"
        from "aead_sufficient_data";
    too_little_room_for_the_result once
        "With less room than the result takes, the text is cut, encrypted and sealed; the rest stays, and the next sendmsg says EINVAL"
        from "_aead_recvmsg: used -= less";
}

/// RFC 3602 section 4, case 1.
const KEY: &str = "06a9214036b8a15b512e03d534120006";
const IV: &str = "3dafba429d9eb430b422da802c9fac41";
const TEXT: &[u8; 16] = b"Single block msg";
const CIPHERED: &str = "e353779c1079aeb82708942dbe77181a";

const DECRYPT: u32 = 0;
const ENCRYPT: u32 = 1;

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn cbc<B: Bed>(bed: &B, key: &str) -> Result<Socket<B::Host>> {
    let parent = bound(bed, "skcipher", "cbc(aes)")?;
    parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, &bytes(key))?;
    Ok(parent.accept()?.0)
}

/// What to do, as control messages.
fn orders(operation: u32, iv: &[u8]) -> Result<ControlBuf> {
    let mut control = ControlBuf::new();
    control.push(ALG_SET_OP, operation)?;
    // `struct af_alg_iv`: its length, then its bytes.
    control.push(ALG_SET_IV, [&(iv.len() as u32).to_ne_bytes()[..], iv].concat())?;
    Ok(control)
}

fn order<B: Bed>(cipher: &Socket<B::Host>, operation: u32, iv: &str, data: &[u8], flags: MsgFlags) -> Outcome {
    let control = orders(operation, &bytes(iv))?;
    same("sendmsg", sendmsg(cipher, data, None, control.as_bytes(), flags)?, data.len())
}

fn encrypts_and_decrypts<B: Bed>(bed: &B) -> Outcome {
    let cipher = cbc(bed, KEY)?;
    order::<B>(&cipher, ENCRYPT, IV, TEXT, MsgFlags::empty())?;
    same("encrypted", hex(&cipher.recv_vec(16)?), CIPHERED.to_owned())?;
    order::<B>(&cipher, DECRYPT, IV, &bytes(CIPHERED), MsgFlags::empty())?;
    same("decrypted", cipher.recv_vec(16)?, TEXT.to_vec())
}

fn goes_on_with_more<B: Bed>(bed: &B) -> Outcome {
    let cipher = cbc(bed, "c286696d887c9aa0611bbb3e2025a45a")?;
    let text: Vec<_> = (0..32).collect();
    order::<B>(&cipher, ENCRYPT, "562e17996d093d28ddb3ba695a2e6f58", &text[..16], MsgFlags::MORE)?;
    same("send", cipher.send(&text[16..])?, 16)?;
    let expected = "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1";
    same("encrypted", hex(&cipher.recv_vec(32)?), expected.to_owned())
}

fn in_parts<B: Bed>(bed: &B) -> Outcome {
    let cipher = cbc(bed, KEY)?;
    order::<B>(&cipher, ENCRYPT, IV, &[*TEXT, *TEXT].concat(), MsgFlags::empty())?;
    same("the first block", hex(&cipher.recv_vec(16)?), CIPHERED.to_owned())?;
    same("the second block", cipher.recv_vec(16)?.len(), 16)
}

fn not_a_whole_block<B: Bed>(bed: &B) -> Outcome {
    let cipher = cbc(bed, KEY)?;
    order::<B>(&cipher, ENCRYPT, IV, &TEXT[1..], MsgFlags::empty())?;
    fails(cipher.recv(&mut [0; 16]), Errno::EINVAL)
}

fn room_that_is_not_filled<B: Bed>(bed: &B) -> Outcome {
    let cipher = cbc(bed, KEY)?;
    order::<B>(&cipher, ENCRYPT, IV, TEXT, MsgFlags::empty())?;
    let mut buf = [0; 64];
    same("recv", cipher.recv_with(&mut buf, MsgFlags::DONTWAIT)?, 16)?;
    same("encrypted", hex(&buf[..16]), CIPHERED.to_owned())?;
    fails(cipher.recv_with(&mut buf, MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn wrong_control_messages<B: Bed>(bed: &B) -> Outcome {
    let refused = |control: &[u8]| -> Outcome {
        fails(sendmsg(&cbc(bed, KEY)?, TEXT, None, control, MsgFlags::empty()), Errno::EINVAL)
    };
    refused(orders(7, &bytes(IV))?.as_bytes())?;
    refused(orders(ENCRYPT, &bytes(IV)[..8])?.as_bytes())?;
    let lies = [&100_u32.to_ne_bytes()[..], &bytes(IV)].concat();
    for (kind, data) in
        [(99, &[0; 4][..]), (ALG_SET_OP.kind(), &[0; 3]), (ALG_SET_IV.kind(), &[0]), (ALG_SET_IV.kind(), &lies)]
    {
        let mut control = ControlBuf::new();
        control.push_raw(SOL_ALG, kind, data)?;
        refused(control.as_bytes())?;
    }
    let mut control = orders(ENCRYPT, &bytes(IV))?;
    control.push_raw(libc::SOL_UDP, 99, &[1])?;
    let cipher = cbc(bed, KEY)?;
    sendmsg(&cipher, TEXT, None, control.as_bytes(), MsgFlags::empty())?;
    same("encrypted", hex(&cipher.recv_vec(16)?), CIPHERED.to_owned())
}

fn no_operation_is_decryption<B: Bed>(bed: &B) -> Outcome {
    let cipher = cbc(bed, KEY)?;
    order::<B>(&cipher, ENCRYPT, &"00".repeat(16), TEXT, MsgFlags::empty())?;
    let encrypted = cipher.recv_vec(16)?;
    let other = cbc(bed, KEY)?;
    other.send(&encrypted)?;
    same("decrypted", other.recv_vec(16)?, TEXT.to_vec())
}

fn key_lengths<B: Bed>(bed: &B) -> Outcome {
    for len in [0, 5, 15, 33] {
        fails(cbc(bed, &"00".repeat(len)), Errno::EINVAL)?;
    }
    for len in [16, 24, 32] {
        cbc(bed, &"00".repeat(len))?;
    }
    Ok(())
}

fn without_a_key<B: Bed>(bed: &B) -> Outcome {
    let (cipher, _) = bound(bed, "skcipher", "cbc(aes)")?.accept()?;
    let control = orders(ENCRYPT, &bytes(IV))?;
    fails(sendmsg(&cipher, TEXT, None, control.as_bytes(), MsgFlags::empty()), Errno::ENOKEY)?;
    fails(cipher.recv(&mut [0; 16]), Errno::ENOKEY)
}

/// The GCM specification's test case 4.
const GCM_KEY: &str = "feffe9928665731c6d6a8f9467308308";
const GCM_IV: &str = "cafebabefacedbaddecaf888";
const GCM_TEXT: &str = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
const GCM_ASSOC: &str = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
const GCM_CIPHERED: &str = "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
                            21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091";
const GCM_TAG: &str = "5bc94fbc3221a5db94fae95ae7121a47";

/// A socket for GCM; since Linux 7.3 there may be none.
fn gcm<B: Bed>(bed: &B, tag: usize) -> Result<Socket<B::Host>, Stop> {
    if bed.kernel() >= RESTRICTED && unknown(bed, "gcm(aes)")? {
        return Err(Stop::Skipped(
            "since Linux 7.3 the sysctl crypto.af_alg_restrict lets ccm(aes) pass, but not gcm(aes)".to_owned(),
        ));
    }
    Ok(aead(bed, "gcm(aes)", GCM_KEY, tag)?)
}

fn unknown<B: Bed>(bed: &B, name: &str) -> Result<bool, Stop> {
    match Socket::new(bed.near().host, Family::ALG, SockType::SEQPACKET)?.bind(&AlgAddr::new("aead", name)?.into()) {
        Err(error) if error == Errno::ENOENT => Ok(true),
        done => Ok(done.map(|()| false)?),
    }
}

fn aead<B: Bed>(bed: &B, name: &str, key: &str, tag: usize) -> Result<Socket<B::Host>> {
    let parent = bound(bed, "aead", name)?;
    parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, &bytes(key))?;
    parent.setsockopt_raw(SOL_ALG, ALG_SET_AEAD_AUTHSIZE, &vec![0xaa; tag])?;
    Ok(parent.accept()?.0)
}

fn order_gcm<B: Bed>(cipher: &Socket<B::Host>, operation: u32, data: &[u8]) -> Result<(), Stop> {
    let mut control = orders(operation, &bytes(GCM_IV))?;
    control.push(ALG_SET_AEAD_ASSOCLEN, 20)?;
    same("sendmsg", sendmsg(cipher, data, None, control.as_bytes(), MsgFlags::empty())?, data.len())
}

fn authenticated<B: Bed>(bed: &B) -> Outcome {
    let cipher = gcm(bed, 16)?;
    let plain = [bytes(GCM_ASSOC), bytes(GCM_TEXT)].concat();
    order_gcm::<B>(&cipher, ENCRYPT, &plain)?;
    let sealed = cipher.recv_vec(plain.len() + 16)?;
    same("encrypted", hex(&sealed), [GCM_ASSOC, GCM_CIPHERED, GCM_TAG].concat())?;
    order_gcm::<B>(&cipher, DECRYPT, &sealed)?;
    same("decrypted", hex(&cipher.recv_vec(plain.len())?), hex(&plain))
}

fn authenticated_by_ccm<B: Bed>(bed: &B) -> Outcome {
    let cipher = aead(bed, "ccm(aes)", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", 8)?;
    let iv = bytes("0100000003020100a0a1a2a3a4a50000");
    let plain: Vec<_> = (0..0x1f).collect();
    let sealed = "0001020304050607588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0";
    for (operation, data, expected) in [(ENCRYPT, plain.clone(), bytes(sealed)), (DECRYPT, bytes(sealed), plain)] {
        let mut control = orders(operation, &iv)?;
        control.push(ALG_SET_AEAD_ASSOCLEN, 8)?;
        sendmsg(&cipher, &data, None, control.as_bytes(), MsgFlags::empty())?;
        same("the result", hex(&cipher.recv_vec(expected.len())?), hex(&expected))?;
    }
    Ok(())
}

fn lengths_of_ccms_tag<B: Bed>(bed: &B) -> Outcome {
    for len in 0..20 {
        let socket = aead(bed, "ccm(aes)", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", len);
        if [4, 6, 8, 10, 12, 14, 16].contains(&len) { drop(socket?) } else { fails(socket, Errno::EINVAL)? }
    }
    Ok(())
}

fn not_authentic<B: Bed>(bed: &B) -> Outcome {
    let cipher = gcm(bed, 16)?;
    let mut sealed = bytes(&[GCM_ASSOC, GCM_CIPHERED, GCM_TAG].concat());
    sealed[25] ^= 1;
    order_gcm::<B>(&cipher, DECRYPT, &sealed)?;
    fails(cipher.recv(&mut [0; 80]), Errno::EBADMSG)?;
    fails(cipher.recv_with(&mut [0; 80], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn length_of_the_tag<B: Bed>(bed: &B) -> Outcome {
    for len in [4, 8, 12, 13, 14, 15, 16] {
        let cipher = gcm(bed, len)?;
        let plain = [bytes(GCM_ASSOC), bytes(GCM_TEXT)].concat();
        order_gcm::<B>(&cipher, ENCRYPT, &plain)?;
        let sealed = cipher.recv_vec(plain.len() + len)?;
        same("the tag", hex(&sealed[plain.len()..]), GCM_TAG[..2 * len].to_owned())?;
    }
    for len in [0, 3, 5, 11, 17] {
        fails(aead(bed, "gcm(aes)", GCM_KEY, len), Errno::EINVAL)?;
    }
    Ok(())
}

fn less_than_a_tag<B: Bed>(bed: &B) -> Outcome {
    let cipher = gcm(bed, 16)?;
    order_gcm::<B>(&cipher, DECRYPT, &[0; 35])?;
    fails(cipher.recv(&mut [0; 20]), Errno::EINVAL)
}

fn too_little_room_for_the_result<B: Bed>(bed: &B) -> Outcome {
    let cipher = gcm(bed, 16)?;
    let plain = [bytes(GCM_ASSOC), bytes(GCM_TEXT)].concat();
    order_gcm::<B>(&cipher, ENCRYPT, &plain)?;
    let sealed = cipher.recv_vec(20 + 40 + 16)?;
    same("as much as there is room", sealed.len(), 20 + 40 + 16)?;
    fails(order_gcm_again::<B>(&cipher), Errno::EINVAL)?;
    let other = gcm(bed, 16)?;
    order_gcm::<B>(&other, DECRYPT, &sealed)?;
    same("decrypted", hex(&other.recv_vec(20 + 40)?), hex(&plain[..20 + 40]))?;
    order_gcm::<B>(&other, ENCRYPT, &plain)?;
    fails(other.recv(&mut [0; 15]), Errno::EINVAL)
}

fn order_gcm_again<B: Bed>(cipher: &Socket<B::Host>) -> Result<usize> {
    sendmsg(cipher, &[0; 40], None, orders(ENCRYPT, &bytes(GCM_IV))?.as_bytes(), MsgFlags::empty())
}
