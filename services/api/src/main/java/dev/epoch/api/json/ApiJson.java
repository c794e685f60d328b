package dev.epoch.api.json;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The JSON of the API: snake case, times in ISO 8601, numbers with all their digits and without
 * exponent. Reading is strict: unknown and doubled fields, wrong types, texts that are no Unicode
 * and anything behind the document are refused.
 */
public final class ApiJson {
  /** PostgreSQL's numeric has at most 131,072 digits before the point and 16,383 behind it. */
  private static final int LONGEST_NUMBER = 150_000;

  /** Deeper than PostgreSQL takes documents with the stack that it has. */
  private static final int DEEPEST_NESTING = 10_000;

  private static final WellFormedJson FACTORY = factory();
  private static final ObjectMapper MAPPER = build();

  /** Shared: it is configured and never changed. */
  @Produces
  @Singleton
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** A document on one line. */
  public static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The one document of a text that was read from a body; fails as reading a body does. */
  public static JsonNode tree(String text, JsonCosts costs) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text, costs)) {
      parser.setCodec(MAPPER);
      JsonNode node = MAPPER.reader().readTree(parser);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "There is more behind the document");
      }
      return node;
    }
  }

  /**
   * Writes documents one after another, each on a line of its own; closing it closes the stream.
   */
  public static JsonGenerator lines(OutputStream out) throws IOException {
    return MAPPER
        .createGenerator(out)
        .configure(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8.mappedFeature(), true)
        .setRootValueSeparator(new SerializedString("\n"));
  }

  private static WellFormedJson factory() {
    JsonFactoryBuilder settings =
        new JsonFactoryBuilder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST_NESTING)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .streamWriteConstraints(
                StreamWriteConstraints.builder().maxNestingDepth(2 * DEEPEST_NESTING).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .addDecorator((ignored, generator) -> new PlainNumbers(generator));
    return new WellFormedJson(settings);
  }

  private static ObjectMapper build() {
    return JsonMapper.builder(FACTORY)
        .addModule(new JavaTimeModule())
        .addModule(new SimpleModule().addSerializer(new TreeSerializer()))
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .withCoercionConfig(
            LogicalType.Textual,
            config ->
                config
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .build();
  }
}
