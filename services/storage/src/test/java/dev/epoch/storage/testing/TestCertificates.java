package dev.epoch.storage.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** An authority and certificates that it signed, as PEM files; made with the JDK's keytool. */
public final class TestCertificates {
  private static final String PASSWORD = "changeit";

  private final Path directory;
  private final Path store;

  private TestCertificates(Path directory) {
    this.directory = directory;
    this.store = directory.resolve("all.p12");
  }

  /**
   * @param directory for the files
   */
  public static TestCertificates in(Path directory) {
    TestCertificates certificates = new TestCertificates(directory);
    certificates.keytool(
        "-genkeypair",
        "-alias",
        "authority",
        "-keyalg",
        "EC",
        "-dname",
        "CN=authority",
        "-ext",
        "BasicConstraints:critical=ca:true");
    certificates.keytool(
        "-genkeypair",
        "-alias",
        "stranger",
        "-keyalg",
        "EC",
        "-dname",
        "CN=stranger",
        "-ext",
        "BasicConstraints:critical=ca:true");
    certificates.export("authority");
    certificates.export("stranger");
    return certificates;
  }

  /** Makes a certificate; its files are {@link #certificate} and {@link #key}. */
  public void issue(String alias, String... extensions) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=" + alias,
                "-signer",
                "authority"));
    for (String extension : extensions) {
      arguments.addAll(List.of("-ext", extension));
    }
    keytool(arguments.toArray(String[]::new));
    export(alias);
  }

  public Path certificate(String alias) {
    return directory.resolve(alias + ".crt");
  }

  public Path key(String alias) {
    return directory.resolve(alias + ".key");
  }

  /** The key once more, encrypted with a password. */
  public Path encryptedKey(String alias, String password) {
    try {
      String algorithm = "PBEWithHmacSHA256AndAES_256";
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.ENCRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm)
              .generateSecret(new PBEKeySpec(password.toCharArray())));
      byte[] encrypted = cipher.doFinal(load().getKey(alias, PASSWORD.toCharArray()).getEncoded());
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("PBES2");
      parameters.init(cipher.getParameters().getEncoded());
      byte[] info = new EncryptedPrivateKeyInfo(parameters, encrypted).getEncoded();
      Path file = directory.resolve(alias + ".encrypted.key");
      Files.writeString(file, pem("ENCRYPTED PRIVATE KEY", info));
      return file;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore load() throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private void export(String alias) {
    try {
      KeyStore keys = load();
      Key key = keys.getKey(alias, PASSWORD.toCharArray());
      Certificate certificate = keys.getCertificate(alias);
      Files.writeString(certificate(alias), pem("CERTIFICATE", certificate.getEncoded()));
      Files.createFile(
          key(alias),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(key(alias), pem("PRIVATE KEY", key.getEncoded()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String label, byte[] content) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments));
    command.addAll(
        List.of(
            "-keystore",
            store.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-validity",
            "30"));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("keytool: " + output);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
