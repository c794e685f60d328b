package dev.epoch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpDelete;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

/**
 * A client of the REST API over HTTP/1.1 connections that stay open, for one repository. A lean
 * one: it shares the processors with what is measured.
 */
public final class Api {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A measure that hangs fails, and the others go on. */
  private static final int LIMIT_MINUTES = 5;

  private static final int MOST_CONNECTIONS = 256;
  private static final int BUFFER = 64 * 1024;
  private static final CloseableHttpClient CLIENT =
      HttpClients.custom()
          .setConnectionManager(
              PoolingHttpClientConnectionManagerBuilder.create()
                  .setMaxConnPerRoute(MOST_CONNECTIONS)
                  .setMaxConnTotal(MOST_CONNECTIONS)
                  .setDefaultConnectionConfig(
                      ConnectionConfig.custom()
                          .setConnectTimeout(10, TimeUnit.SECONDS)
                          .setSocketTimeout(LIMIT_MINUTES, TimeUnit.MINUTES)
                          .build())
                  .build())
          .disableAutomaticRetries()
          .disableContentCompression()
          .disableCookieManagement()
          .disableAuthCaching()
          .disableRedirectHandling()
          .build();

  private final String url;
  private final String repository;

  /** A client that names the repository in each request. */
  public Api(String serverUrl, String repository) {
    this.url = serverUrl;
    this.repository = repository;
  }

  /** A JSON object of names and values in turn. */
  public static String json(Object... pairs) {
    var object = JSON.createObjectNode();
    for (int i = 0; i < pairs.length; i += 2) {
      object.putPOJO((String) pairs[i], pairs[i + 1]);
    }
    return object.toString();
  }

  /** GET; the body of a success. */
  public String get(String path) throws IOException {
    return text(new HttpGet(full(path)));
  }

  /** DELETE. */
  public void delete(String path) throws IOException {
    HttpDelete request = new HttpDelete(full(path));
    request.setHeader("X-Epoch-Request", "1");
    text(request);
  }

  /** POST of JSON; the body of a success. */
  public String post(String path, String body) throws IOException {
    HttpPost request = new HttpPost(full(path));
    request.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
    return text(request);
  }

  /** GET of lines of JSON, read as they come and thrown away; tells how many there were. */
  public long countLines(String path) throws IOException {
    HttpGet request = new HttpGet(full(path));
    request.setHeader("Accept", "application/x-ndjson");
    return answer(
        request,
        body -> {
          long lines = 0;
          byte[] buffer = new byte[BUFFER];
          for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            for (int i = 0; i < read; i++) {
              lines += buffer[i] == '\n' ? 1 : 0;
            }
          }
          return lines;
        });
  }

  /** Parses an answer. */
  public static JsonNode parse(String body) throws IOException {
    return JSON.readTree(body);
  }

  private String full(String path) {
    if (path.startsWith("/databases")) {
      return url + path; // catalogs are at the root, and name their repository themselves
    }
    return url + "/api/v1" + path + (path.contains("?") ? "&" : "?") + "repository=" + repository;
  }

  private static String text(ClassicHttpRequest request) throws IOException {
    return answer(request, body -> new String(body.readAllBytes(), StandardCharsets.UTF_8));
  }

  private interface Body<T> {
    T read(InputStream body) throws IOException;
  }

  private static <T> T answer(ClassicHttpRequest request, Body<T> read) throws IOException {
    HttpClientResponseHandler<T> handler =
        answer -> {
          if (answer.getCode() / 100 != 2) {
            throw new IOException(
                "%s answered %d: %s"
                    .formatted(
                        request.getRequestUri(),
                        answer.getCode(),
                        EntityUtils.toString(answer.getEntity())));
          }
          try (InputStream body =
              answer.getEntity() == null
                  ? InputStream.nullInputStream()
                  : answer.getEntity().getContent()) {
            return read.read(body);
          }
        };
    return CLIENT.execute(request, handler);
  }
}
