package dev.epoch.storage.mysql;

import dev.epoch.storage.error.BadLocationException;
import java.util.Locale;

/** How a connection is encrypted, and what is asked of the server's certificate. */
enum TlsMode {
  /** Not at all. */
  DISABLED,
  /** If the server can. */
  PREFERRED,
  /** Always; any certificate. */
  REQUIRED,
  /** Always; a certificate that an authority has signed. */
  VERIFY_CA,
  /** The same, and it names the host. */
  VERIFY_IDENTITY;

  static TlsMode of(String text) {
    try {
      return valueOf(text.strip().toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new BadLocationException(
          "ssl_mode must be disabled, preferred, required, verify_ca or verify_identity", null);
    }
  }

  /** As settings have it. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean verifies() {
    return this == VERIFY_CA || this == VERIFY_IDENTITY;
  }
}
