#!/bin/sh
# Makes the certificate that the server encrypts with. Clients ask for encryption, not for proof of identity (sslmode=require), so the
# server signs for itself, anew with every pod; the key never leaves the pod.
set -eu
umask 077
openssl req -x509 -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -sha256 -days 3650 \
    -subj "/CN=$SERVER_NAME" -addext "subjectAltName=DNS:$SERVER_NAME" \
    -keyout "$TLS_DIR/server.key" -out "$TLS_DIR/server.crt" 2>"$TLS_DIR/openssl.log" || {
    cat "$TLS_DIR/openssl.log" >&2
    exit 1
}
echo "made a certificate for $SERVER_NAME"
