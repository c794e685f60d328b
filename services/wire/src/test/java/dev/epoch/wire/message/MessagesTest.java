package dev.epoch.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesTest {

  private static Buffer message(int code, String body) {
    Buffer rest = Buffer.buffer().appendInt(code).appendString(body);
    return Buffer.buffer().appendInt(rest.length() + 4).appendBuffer(rest);
  }

  private static Buffer startup(String body) {
    return message(3 << 16, body);
  }

  private static Startup parsed(Buffer message) {
    return ((FirstMessage.Start) FirstMessage.parse(message)).startup();
  }

  @Test
  void aStartupMessageIsWrittenAsItWasRead() {
    Buffer message = startup("user\0clerk\0database\0shop@feature/ü\0options\0-c a=b\0\0");
    Startup startup = parsed(message);

    assertThat(startup.parameter("user")).contains("clerk");
    assertThat(startup.parameter("database")).contains("shop@feature/ü");
    assertThat(startup.parameter("replication")).isEmpty();
    assertThat(startup.toBuffer()).isEqualTo(message);
  }

  @Test
  void parametersAreReplacedAndAdded() {
    Buffer message = startup("user\0clerk\0database\0shop@x\0search_path\0app\0\0");

    Startup changed =
        parsed(parsed(message).with(Map.of("database", "shop", "epoch.branch", "r/b1")).toBuffer());

    assertThat(changed.parameter("database")).contains("shop");
    assertThat(changed.parameter("search_path")).contains("app");
    assertThat(changed.parameter("epoch.branch")).contains("r/b1");
  }

  /** Bytes of other encodings pass, unless the gateway has to understand them. */
  @Test
  void valuesKeepTheirBytes() {
    Buffer message = startup("user\0").appendByte((byte) 0xe4).appendString("\0database\0shop\0\0");
    message.setInt(0, message.length());

    assertThat(parsed(message).toBuffer()).isEqualTo(message);
    assertThatThrownBy(() -> parsed(message).parameter("user"))
        .isInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "user",
        "user\0",
        "user\0clerk",
        "user\0clerk\0",
        "user\0clerk\0\0x",
        "\0\0",
        "user\0\0x"
      })
  void startupMessagesWithoutAnEndAreMalformed(String body) {
    Buffer message = startup(body);
    assertThatThrownBy(() -> FirstMessage.parse(message))
        .isInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 4, 7, 10_001, 0x16030100, Integer.MAX_VALUE})
  void lengthsThatNoFirstMessageHas(int length) {
    Buffer bytes = Buffer.buffer().appendInt(length).appendInt(3 << 16);
    assertThatThrownBy(() -> FirstMessage.length(bytes))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void lengthsThatAreNotThereYet() {
    assertThat(FirstMessage.length(Buffer.buffer())).isEqualTo(-1);
    assertThat(FirstMessage.length(Buffer.buffer(new byte[3]))).isEqualTo(-1);
    assertThat(FirstMessage.length(startup("\0"))).isEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource({"80877103, SslRequest", "80877104, GssRequest"})
  void requestsForEncryption(int code, String kind) {
    assertThat(FirstMessage.parse(message(code, "")).getClass().getSimpleName()).isEqualTo(kind);
    Buffer longer = message(code, "user\0clerk\0\0");
    assertThatThrownBy(() -> FirstMessage.parse(longer))
        .isInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 7, 261})
  void cancelRequestsOfNoLengthOfAKey(int length) {
    Buffer cancel = message(80877102, "k".repeat(length));
    assertThatThrownBy(() -> FirstMessage.parse(cancel))
        .isInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 36, 260})
  void cancelRequestsPassAsTheyAre(int length) {
    Buffer cancel = message(80877102, "k".repeat(length));
    FirstMessage.CancelRequest request = (FirstMessage.CancelRequest) FirstMessage.parse(cancel);
    assertThat(request.key().length()).isEqualTo(length);
    assertThat(request.toBuffer()).isEqualTo(cancel);
  }

  @Test
  void otherVersions() {
    assertThat(FirstMessage.parse(message(2 << 16, "")))
        .isEqualTo(new FirstMessage.OtherVersion(2, 0));
    assertThat(FirstMessage.parse(message((3 << 16) + 2, "user\0u\0\0")))
        .isInstanceOf(FirstMessage.Start.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-c search_path=app|app",
        "-csearch_path=app|app",
        "--search-path=app|app",
        "--SEARCH_PATH=app|app",
        "-c search_path=a -c search_path=b|b",
        "-c search_path=a,\\ b -c x=y|a, b",
        "-c search_path=\"a\\\\b\"|\"a\\b\"",
        "-B 5 -c|",
        "-c search_path|",
        "-c x=search_path=a|",
      })
  void settingsInOptions(String options, String path) {
    assertThat(Optional.ofNullable(StartupOptions.settings(options).get("search_path")))
        .isEqualTo(Optional.ofNullable(path));
  }

  @Test
  void messagesArriveInAnyParts() {
    Buffer all =
        new ErrorMessage("3D000", "no", null, null).toBuffer().appendBuffer(SimpleQuery.of("x"));
    for (int size = 1; size <= all.length(); size++) {
      MessageReader reader = new MessageReader();
      StringBuilder types = new StringBuilder();
      for (int place = 0; place < all.length(); place += size) {
        reader.add(all.getBuffer(place, Math.min(all.length(), place + size)));
        reader.next().ifPresent(message -> types.append((char) message.getByte(0)));
      }
      reader.next().ifPresent(message -> types.append((char) message.getByte(0)));
      assertThat(types).as("parts of %d bytes", size).hasToString("EQ");
      assertThat(reader.rest().length()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 3, 1 << 21})
  void lengthsThatNoMessageHas(int length) {
    MessageReader reader = new MessageReader();
    reader.add(Buffer.buffer().appendByte((byte) 'R').appendInt(length));
    assertThatThrownBy(reader::next).isInstanceOf(MalformedMessageException.class);
  }

  private static Buffer sasl(String mechanisms) {
    Buffer body = Buffer.buffer().appendInt(10).appendString(mechanisms);
    return Buffer.buffer().appendByte((byte) 'R').appendInt(body.length() + 4).appendBuffer(body);
  }

  @Test
  void waysToLogInThatAreBoundToTheChannelAreLeftOut() {
    Buffer offered = sasl("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0");

    assertThat(Authentication.offersChannelBinding(offered)).isTrue();
    assertThat(Authentication.withoutChannelBinding(offered)).isEqualTo(sasl("SCRAM-SHA-256\0\0"));
    assertThat(Authentication.withoutChannelBinding(sasl("SCRAM-SHA-256\0\0")))
        .isEqualTo(sasl("SCRAM-SHA-256\0\0"));
  }

  @ParameterizedTest
  @CsvSource({"'y,,n=,r=abc', true", "'n,,n=,r=abc', false"})
  void clientsThatMissChannelBinding(String data, boolean misses) {
    Buffer body =
        Buffer.buffer().appendString("SCRAM-SHA-256\0").appendInt(data.length()).appendString(data);
    Buffer sent =
        Buffer.buffer().appendByte((byte) 'p').appendInt(body.length() + 4).appendBuffer(body);
    assertThat(Authentication.missesChannelBinding(sent)).isEqualTo(misses);
    assertThat(Authentication.missesChannelBinding(Buffer.buffer("p"))).isFalse();
  }

  @Test
  void errorsOfStatementsOfTheGatewayAreFatal() {
    Buffer error = new ErrorMessage("42501", "no right", "why", "then").toBuffer();

    Map<Character, String> fields = ErrorMessage.fields(ErrorMessage.fatal(error));

    assertThat(fields)
        .containsEntry('S', "FATAL")
        .containsEntry('V', "FATAL")
        .containsEntry('C', "42501")
        .containsEntry('M', "no right")
        .containsEntry('D', "why")
        .containsEntry('H', "then");
  }

  @Test
  void rowsAreTexts() {
    Buffer row =
        Buffer.buffer()
            .appendByte((byte) 'D')
            .appendInt(0)
            .appendShort((short) 2)
            .appendInt(1)
            .appendString("t")
            .appendInt(-1);
    assertThat(SimpleQuery.row(row)).isEqualTo(java.util.Arrays.asList("t", null));
    assertThat(List.of(SimpleQuery.row(row).size())).containsExactly(2);
  }
}
