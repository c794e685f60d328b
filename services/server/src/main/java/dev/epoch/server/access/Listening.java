package dev.epoch.server.access;

import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Where the server listens. */
@Singleton
public class Listening {
  private final String host;
  private final boolean thisMachineOnly;

  Listening(@ConfigProperty(name = "quarkus.http.host") String host) {
    this.host = host;
    this.thisMachineOnly = isLoopback(host);
  }

  public String host() {
    return host;
  }

  /** Whether nobody on another machine can connect. */
  public boolean thisMachineOnly() {
    return thisMachineOnly;
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException nowhere) {
      return false;
    }
  }
}
