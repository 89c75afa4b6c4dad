//! Stories of whole worlds, and the rules the source keeps.

mod carriers;
mod determinism;
mod faults;
mod layers;
mod lifecycle;
mod path;
mod pcap;
mod scale;
mod streams;
mod support;
mod tshark;
mod tun;
