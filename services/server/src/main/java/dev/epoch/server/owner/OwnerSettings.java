package dev.epoch.server.owner;

import dev.epoch.log.Member;
import dev.epoch.server.StartRefusedException;
import dev.epoch.server.access.Listening;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the other servers know of this one. */
@Singleton
public class OwnerSettings {
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private final Member self;
  private final Duration lease;

  OwnerSettings(
      Listening listening,
      @ConfigProperty(name = "quarkus.http.port") int port,
      @ConfigProperty(name = "epoch.server.advertised-url") Optional<String> advertised,
      @ConfigProperty(name = "epoch.server.lease") Duration lease) {
    if (lease.compareTo(SHORTEST) < 0) {
      throw new StartRefusedException("EPOCH_SERVER_LEASE is shorter than a second.");
    }
    this.lease = lease;
    this.self =
        Member.at(
            advertised
                .map(OwnerSettings::checked)
                .orElseGet(() -> "http://" + reachable(listening.host()) + ":" + port));
  }

  /** This process, with the URL by which the others reach it. */
  public Member self() {
    return self;
  }

  /** How long this process may be silent until others take its repositories over. */
  public Duration lease() {
    return lease;
  }

  private static String checked(String given) {
    String url = given.strip().replaceAll("/+$", "");
    try {
      URI parsed = URI.create(url);
      if (("http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme()))
          && parsed.getHost() != null
          && (parsed.getPath() == null || parsed.getPath().isEmpty())) {
        return url;
      }
    } catch (IllegalArgumentException noUrl) {
      // said below
    }
    throw new StartRefusedException(
        "EPOCH_SERVER_ADVERTISED_URL is '%s': give what other servers reach this one by, like http://10.0.0.7:8000."
            .formatted(given));
  }

  private static String reachable(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      String shown =
          (address.isAnyLocalAddress() ? InetAddress.getLocalHost() : address).getHostAddress();
      return shown.contains(":") ? "[" + shown.replaceAll("%.*", "") + "]" : shown;
    } catch (UnknownHostException unknown) {
      return host;
    }
  }
}
