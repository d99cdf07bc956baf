//! The laws and the cases, on real engines.

pub mod backup;
pub mod case;
pub mod crash;
pub mod database;
pub mod difference;
#[cfg(target_os = "linux")]
pub mod disk;
pub mod draw;
pub mod examples;
pub mod laws;
pub mod live_load;
pub mod mariadb;
pub mod place;
pub mod project;
pub mod random;
pub mod review_case;
pub mod sections;
pub mod server;
pub mod truth;
pub mod written_beside;
