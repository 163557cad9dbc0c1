//! RFC 3261, SIP.

mod section_10_3;
mod section_11;
mod section_16_6;
mod section_18_3;
mod section_19_1_4;
mod section_20;
mod section_7_3;
mod section_8_1_1;
mod section_8_2_3;
mod section_8_2_6;
mod section_8_2_7;
