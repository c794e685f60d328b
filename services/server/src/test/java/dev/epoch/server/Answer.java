package dev.epoch.server;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.net.http.HttpResponse;
import org.hamcrest.Matcher;

/**
 * What the API has answered. An expectation that fails shows what was asked and the whole answer.
 * Paths are those of REST Assured: see {@link AnswerPath}.
 */
final class Answer {
  private final String asked;
  private final HttpResponse<String> response;
  private AnswerPath json;

  Answer(String asked, HttpResponse<String> response) {
    this.asked = asked;
    this.response = response;
  }

  Answer statusCode(int expected) {
    return expect("status", response.statusCode(), equalTo(expected));
  }

  Answer statusCode(Matcher<? super Integer> expected) {
    return expect("status", response.statusCode(), expected);
  }

  Answer body(Matcher<? super String> expected) {
    return expect("body", response.body(), expected);
  }

  /**
   * @param more paths and matchers by turns
   */
  Answer body(String path, Matcher<?> expected, Object... more) {
    expect(path, path(path), expected);
    for (int i = 0; i < more.length; i += 2) {
      expect((String) more[i], path((String) more[i]), (Matcher<?>) more[i + 1]);
    }
    return this;
  }

  Answer header(String name, String expected) {
    return header(name, equalTo(expected));
  }

  Answer header(String name, Matcher<? super String> expected) {
    return expect(name, header(name), expected);
  }

  Answer contentType(ContentType expected) {
    return contentType(expected.toString());
  }

  /** Whatever parameters it has. */
  Answer contentType(String expected) {
    String found = header("Content-Type");
    return expect("type", found == null ? null : found.split(";")[0].strip(), equalTo(expected));
  }

  /** For what is taken out of it. */
  Answer extract() {
    return this;
  }

  /** What stands there, as REST Assured gives it: maps, lists, texts, integers, floats. */
  @SuppressWarnings("unchecked")
  <T> T path(String path) {
    if (json == null) {
      json = new AnswerPath(response.body());
    }
    return (T) json.get(path);
  }

  JsonPath jsonPath() {
    return JsonPath.from(response.body());
  }

  String asString() {
    return response.body();
  }

  int statusCode() {
    return response.statusCode();
  }

  /** Null if there is none. */
  String header(String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  private Answer expect(String what, Object found, Matcher<?> expected) {
    if (!expected.matches(found)) {
      String answer = response.statusCode() + " " + response.headers().map();
      assertThat(
          "%s of%n%s%n%s%n%s%n".formatted(what, asked, answer, response.body()),
          found,
          anything(expected));
    }
    return this;
  }

  @SuppressWarnings("unchecked")
  private static Matcher<Object> anything(Matcher<?> matcher) {
    return (Matcher<Object>) matcher;
  }
}
