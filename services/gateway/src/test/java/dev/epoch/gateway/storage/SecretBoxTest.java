package dev.epoch.gateway.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.OptionalLong;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
  private static final Map<String, String> SECRETS = Map.of("password", "hunter2");

  @TempDir Path directory;
  private Path file;
  private Path old;

  @BeforeEach
  void files() {
    file = directory.resolve("new").resolve("secret.keys");
    old = directory.resolve("secret.key");
  }

  private SecretBox box() {
    return SecretBox.ofFile(file, null, old);
  }

  private static byte[] key(int filledWith) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) filledWith);
    return key;
  }

  /** As servers sealed that had one key: a nonce, and what AES-GCM makes of it. */
  private static String sealedBefore(byte[] key) throws Exception {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] nonce = new byte[12];
    nonce[0] = 1;
    cipher.init(
        Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    byte[] sealed = cipher.doFinal("{\"password\":\"hunter2\"}".getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(12 + sealed.length).put(nonce).put(sealed).array());
  }

  @Test
  void theFileIsMadeForItsOwnerAlone() throws IOException {
    SecretBox box = box();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(box.path()).contains(file);
    assertThat(box.openToOthers()).isEmpty();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(box.openToOthers()).contains("rw-r-----");
  }

  @Test
  void aNewKeySealsAndFormerOnesGoOnOpening() {
    // given
    SecretBox box = box();
    String first = box.seal(SECRETS);
    assertThat(box.keys()).hasSize(1);
    assertThat(box.resealed(first)).isEmpty();

    // when
    long id = box.rotate();

    // then
    String second = box.seal(SECRETS);
    assertThat(box.sealedBy(second)).hasValue(id);
    assertThat(box.sealedBy(first)).hasValue(box.keys().getFirst().id());
    assertThat(box.keys()).extracting(SecretBox.KeyInfo::primary).containsExactly(false, true);
    assertThat(box.open(first)).isEqualTo(box.open(second)).isEqualTo(SECRETS);
    assertThat(box.sealedBy(box.resealed(first).orElseThrow())).hasValue(id);

    // when: the server starts again
    SecretBox again = box();

    // then
    assertThat(again.keys()).isEqualTo(box.keys());
    assertThat(again.open(first)).isEqualTo(again.open(second)).isEqualTo(SECRETS);
  }

  @Test
  void aServerFindsTheKeysOfAnother() {
    SecretBox one = box();
    SecretBox another = box();

    one.rotate();
    String sealed = one.seal(SECRETS);

    assertThat(another.open(sealed)).isEqualTo(SECRETS);
    another.rotate();
    assertThat(one.open(another.seal(SECRETS))).isEqualTo(SECRETS);
    assertThat(box().keys()).hasSize(3);
  }

  @Test
  void theKeyFileOfBeforeIsTakenOver() throws Exception {
    // given
    Files.writeString(old, Base64.getEncoder().encodeToString(key(7)));
    String before = sealedBefore(key(7));

    // when
    SecretBox box = box();

    // then
    assertThat(box.open(before)).isEqualTo(SECRETS);
    String after = box.resealed(before).orElseThrow();
    Files.delete(old);
    assertThat(box().open(before)).isEqualTo(box().open(after)).isEqualTo(SECRETS);
    assertThat(box().keys()).hasSize(2);
  }

  @Test
  void aGivenKeySealsUntilTheFirstRotation() throws Exception {
    // given
    String before = sealedBefore(key(9));
    SecretBox box = SecretBox.ofFile(file, key(9), old);
    assertThat(Files.exists(file)).isFalse();
    assertThat(box.open(before)).isEqualTo(SECRETS);
    assertThat(box.resealed(before)).isEmpty();

    // when
    long id = box.rotate();

    // then
    assertThat(box.sealedBy(box.resealed(before).orElseThrow())).hasValue(id);
    SecretBox again = SecretBox.ofFile(file, null, old);
    assertThat(again.open(before)).isEqualTo(SECRETS);
    assertThat(SecretBox.ofFile(file, key(9), old).keys()).isEqualTo(again.keys());
  }

  @Test
  void anotherKeyOpensNothing() throws Exception {
    String before = sealedBefore(key(1));
    SecretBox box = new SecretBox(key(2));

    assertThat(box.opens(before)).isFalse();
    assertThatThrownBy(() -> box.open(before)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(box::rotate).isInstanceOf(IllegalStateException.class);
    assertThat(box.sealedBy(box.seal(SECRETS)))
        .isEqualTo(OptionalLong.of(box.keys().getFirst().id()));
    assertThat(box.open(null)).isEmpty();
  }

  @Test
  void aFileThatHoldsNoKeysIsNotReplaced() throws IOException {
    box();
    Files.writeString(file, "");

    assertThatThrownBy(this::box)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(file.toString());
    assertThat(file).isEmptyFile();
  }
}
