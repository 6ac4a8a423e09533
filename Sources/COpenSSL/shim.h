// OpenSSL 3, and what of it are macros that Swift does not import. Nothing here has a behaviour of its own.
#ifndef RELOCATE_COPENSSL_H
#define RELOCATE_COPENSSL_H

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stddef.h>
#include <stdint.h>

static const uint64_t openssl_no_renegotiation = SSL_OP_NO_RENEGOTIATION;
// A name as RFC 2253 writes it, but with its letters as they are.
static const unsigned long openssl_readable_name = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;

static inline int openssl_set_minimum_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline int openssl_set_groups(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_groups_list(context, names);
}

static inline void openssl_set_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_mode(context, mode);
}

static inline void openssl_set_session_cache(SSL_CTX *context, long mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int openssl_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline void openssl_set_retry_read(BIO *bio) {
    BIO_set_retry_read(bio);
}

static inline void openssl_clear_retry(BIO *bio) {
    BIO_clear_retry_flags(bio);
}

// What has been written to a memory BIO.
static inline size_t openssl_memory(BIO *bio, char **bytes) {
    return (size_t)BIO_get_mem_data(bio, bytes);
}

static inline EVP_PKEY *openssl_generate_p256(void) {
    return EVP_EC_gen("P-256");
}

#endif
