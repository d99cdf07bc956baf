//! How a server's certificate is checked, in the rooms that connect over a network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use whimbrel_run::{DriverError, DriverErrorKind};

/// How much of the server's certificate has to be right.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    pub check: Check,
    pub root_certificate: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// Neither wanted nor offered.
    Off,
    /// Encrypted where the server can, unchecked.
    #[default]
    Nothing,
    /// Signed by somebody we trust.
    Authority,
    /// And made out to this host.
    AuthorityAndHost,
}

/// The machine's own certificates are read only where the server's has to be checked and no root is given.
pub fn config(tls: &Tls) -> Result<ClientConfig, DriverError> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match tls.check {
        Check::Off | Check::Nothing => Arc::new(Lenient { provider: provider.clone(), authority: None }),
        Check::Authority => {
            let authority = Some(authority(tls, &provider)?);
            Arc::new(Lenient { provider: provider.clone(), authority })
        }
        Check::AuthorityAndHost => authority(tls, &provider)?,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(format!("TLS cannot be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => {
            let chain = certificates(certificate)?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| wrong(format!("the client's certificate cannot be used: {error}")))
        }
        (None, _) | (_, None) => Ok(builder.with_no_client_auth()),
    }
}

fn authority(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, DriverError> {
    let mut roots = RootCertStore::empty();
    match tls.root_certificate.as_deref() {
        Some(file) if file != Path::new("system") => {
            for certificate in certificates(file)? {
                let added = roots.add(certificate);
                added.map_err(|error| wrong(format!("{} is no root certificate: {error}", file.display())))?;
            }
        }
        Some(_) | None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        let message = "no root certificates to check the server's against: give them by `sslrootcert=FILE` (MySQL: \
                       `ssl_ca=FILE`)";
        return Err(wrong(message.to_string()));
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| wrong(format!("TLS cannot be set up: {error}")))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, DriverError> {
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(file, &error))?;
    certificates.collect::<Result<_, _>>().map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> DriverError {
    wrong(format!("{} cannot be read as PEM: {error}", file.display()))
}

fn wrong(message: String) -> DriverError {
    DriverError::new(DriverErrorKind::Connect, message)
}

/// Less than rustls would ask for: `sslmode=require` encrypts to whoever answers, as libpq and libmysqlclient mean it;
/// with `verify-ca` the chain has to be right, and the name need not be.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    /// Who judges the chain, if anybody does.
    authority: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        // The chain is checked before the name is: a wrong name as the only complaint means a right chain.
        match authority.verify_server_cert(certificate, intermediates, name, stapled, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
