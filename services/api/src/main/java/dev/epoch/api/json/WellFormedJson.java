package dev.epoch.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/**
 * JSON whose texts and names are Unicode: half of a surrogate pair ({@code "\ud800"}), which the
 * grammar of JSON allows, is refused with {@link IllFormedTextException}. No database could keep
 * it, and it would come back as another text (RFC 7493, 2.1).
 */
final class WellFormedJson extends JsonFactory {
  private static final long serialVersionUID = 1L;

  WellFormedJson(JsonFactoryBuilder settings) {
    super(settings);
  }

  private WellFormedJson(WellFormedJson other) {
    super(other, null);
  }

  @Override
  public JsonFactory copy() {
    return new WellFormedJson(this);
  }

  @Override
  protected JsonParser _createParser(InputStream in, IOContext context) throws IOException {
    return new Checking(
        super._createParser(in, context),
        in instanceof JsonCosts.Source source ? source.costs() : JsonCosts.NONE);
  }

  @Override
  protected JsonParser _createParser(Reader reader, IOContext context) throws IOException {
    return new Checking(super._createParser(reader, context));
  }

  @Override
  protected JsonParser _createParser(
      char[] data, int offset, int length, IOContext context, boolean recyclable)
      throws IOException {
    return new Checking(super._createParser(data, offset, length, context, recyclable));
  }

  @Override
  protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context)
      throws IOException {
    return new Checking(super._createParser(data, offset, length, context));
  }

  /** A parser of a text that was read from a body. */
  JsonParser createParser(String text, JsonCosts costs) throws IOException {
    return new Checking(createParser(text), costs);
  }

  private static final class Checking extends JsonParserDelegate {
    private final JsonCosts costs;

    private Checking(JsonParser parser) {
      this(parser, JsonCosts.NONE);
    }

    private Checking(JsonParser parser, JsonCosts costs) {
      super(parser);
      this.costs = costs;
    }

    @Override
    public void setCodec(ObjectCodec codec) {
      delegate.setCodec(codec);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      return checked(delegate.nextToken());
    }

    @Override
    public JsonToken nextValue() throws IOException {
      JsonToken token = nextToken();
      return token == JsonToken.FIELD_NAME ? nextToken() : token;
    }

    private JsonToken checked(JsonToken token) throws IOException {
      costs.add(token);
      if ((token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME)
          && !isWellFormed(delegate.getText())) {
        throw new IllFormedTextException(delegate);
      }
      return token;
    }

    private static boolean isWellFormed(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (Character.isSurrogate(c)) {
          if (Character.isLowSurrogate(c)
              || i + 1 == text.length()
              || !Character.isLowSurrogate(text.charAt(i + 1))) {
            return false;
          }
          i++;
        }
      }
      return true;
    }
  }
}
