package dev.epoch.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Tells over HTTP with which keys it signs tokens: what a server reads of an issuer. */
final class TokenIssuer implements AutoCloseable {
  private final HttpServer http;
  private final RSAKey key;

  TokenIssuer() {
    try {
      key = new RSAKeyGenerator(2048).keyID("k1").generate();
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (JOSEException impossible) {
      throw new IllegalStateException(impossible);
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
    document(
        "/.well-known/openid-configuration",
        "{\"issuer\": \"%s\", \"jwks_uri\": \"%s/keys\"}".formatted(name(), name()));
    document("/keys", new JWKSet(key.toPublicJWK()).toString());
    http.start();
  }

  private void document(String path, String json) {
    http.createContext(
        path,
        exchange -> {
          byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  /** What it calls itself: its address. */
  String name() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** What it signs with, as a JWK. */
  String key() {
    return key.toJSONString();
  }

  /** A token signed by a key, whatever it says. */
  static String token(
      String key, String issuer, String audience, String user, long seconds, List<String> groups) {
    try {
      RSAKey signing = RSAKey.parse(key);
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(signing.getKeyID()).build(),
              new JWTClaimsSet.Builder()
                  .issuer(issuer)
                  .audience(audience)
                  .subject(user)
                  .claim("groups", groups)
                  .expirationTime(Date.from(Instant.now().plusSeconds(seconds)))
                  .build());
      token.sign(new RSASSASigner(signing));
      return token.serialize();
    } catch (JOSEException | ParseException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
