package dev.epoch.storage.location;

import dev.epoch.storage.error.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/** Certificates of authorities for drivers that read no PEM. */
public final class TrustedAuthorities {
  private TrustedAuthorities() {}

  /**
   * A key store of the kind PKCS12, without a password, that has the certificates of a PEM file; a
   * file of this process alone, which goes with it.
   *
   * @throws StorageUnavailableException if they cannot be read
   */
  public static Path keyStore(Path pem) {
    try (InputStream read = Files.newInputStream(pem)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(read)) {
        number++;
        store.setCertificateEntry("authority" + number, each);
      }
      Path file = Files.createTempFile("epoch-authorities", ".p12");
      file.toFile().deleteOnExit();
      try (OutputStream written = Files.newOutputStream(file)) {
        store.store(written, new char[0]);
      }
      return file;
    } catch (IOException | GeneralSecurityException e) {
      throw new StorageUnavailableException(
          "The certificates of authorities cannot be read from " + pem,
          "Give a PEM file that the server's user may read",
          e);
    }
  }
}
