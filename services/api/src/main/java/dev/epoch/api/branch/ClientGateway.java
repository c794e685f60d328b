package dev.epoch.api.branch;

import java.util.Optional;

/** Where clients of the databases themselves reach branches. */
public interface ClientGateway {
  /**
   * An address.
   *
   * @param encrypted whether clients may use TLS
   */
  record Address(String host, int port, boolean encrypted) {}

  /**
   * The address; empty if the server has none.
   *
   * @param asked the host that a client has asked for the server at
   */
  Optional<Address> address(String asked);
}
