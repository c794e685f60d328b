package dev.epoch.storage.location;

import dev.epoch.storage.error.BadLocationException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which addresses clients of the API may make the server connect to. Public ones always; internal
 * ones (this machine, private networks) where the server is for this machine only, or if they are
 * listed; all others (link-local ones, where clouds answer with credentials; multicast; Unix
 * sockets) only if they are listed.
 *
 * <p>What is listed is a range ({@code 10.0.0.0/8}), an address, the name of a host, or the path of
 * a folder with Unix sockets. A refusal never depends on what answers at the address.
 */
public final class AddressRules {
  /** Everything, Unix sockets too. */
  public static final AddressRules ANYTHING = new AddressRules(true, List.of(), true);

  private static final List<AddressRange> INTERNAL =
      ranges(
          "127.0.0.0/8",
          "::1",
          "10.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "100.64.0.0/10",
          "198.18.0.0/15",
          "fc00::/7",
          "fec0::/10");

  /** Not even on a server for this machine only; the first one of them that clouds use. */
  private static final List<AddressRange> SPECIAL =
      ranges(
          "169.254.0.0/16",
          "fd00:ec2::/32",
          "fe80::/10",
          "0.0.0.0/8",
          "::",
          "192.0.0.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4",
          "ff00::/8");

  /** IPv6 addresses with one of IPv4 inside, and the byte at which it begins. */
  private static final AddressRange TRANSLATED = AddressRange.parse("64:ff9b::/96");

  private static final AddressRange COMPATIBLE = AddressRange.parse("::/96");
  private static final AddressRange SIX_TO_FOUR = AddressRange.parse("2002::/16");

  private final boolean internal;
  private final boolean everything;
  private final List<AddressRange> ranges = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<String> folders = new ArrayList<>();

  private AddressRules(boolean internal, Collection<String> listed, boolean everything) {
    this.internal = internal;
    this.everything = everything;
    for (String entry : listed) {
      String text = entry.strip();
      if (text.startsWith("/")) {
        folders.add(text);
      } else if (text.indexOf('/') >= 0 || AddressRange.isLiteral(text)) {
        ranges.add(AddressRange.parse(text));
      } else if (text.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")) {
        names.add(text.toLowerCase(Locale.ROOT));
      } else if (!text.isEmpty()) {
        throw new IllegalArgumentException("neither a range, a host nor a folder: " + text);
      }
    }
  }

  /**
   * The rules of a server.
   *
   * @param internal whether addresses of this machine and of private networks are allowed
   * @param listed what is allowed beside
   * @throws IllegalArgumentException for an entry of the list that cannot be understood
   */
  public static AddressRules of(boolean internal, Collection<String> listed) {
    return new AddressRules(internal, listed, false);
  }

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::parse).toList();
  }

  /**
   * Refuses at once what needs no look at the network: addresses and Unix sockets.
   *
   * @throws BadLocationException if it is not allowed
   */
  public void check(String host) {
    if (!isName(host)) {
      resolve(host);
    }
  }

  /** Whether the network has to be asked for the address of the host. */
  public static boolean isName(String host) {
    return !isSocket(host) && !AddressRange.isLiteral(host);
  }

  /** Whether the host is a folder of Unix sockets. */
  public static boolean isSocket(String host) {
    return host.startsWith("/");
  }

  /**
   * The address to connect to, looked up once: what is connected to is what was checked. Waits for
   * the answer of the network.
   *
   * @return null for a Unix socket, which has none
   * @throws BadLocationException if the host, or one of its addresses, is not allowed
   * @throws UnknownHostException if nobody knows the name
   */
  public InetAddress lookUp(String host) throws UnknownHostException {
    Objects.requireNonNull(host, "host");
    if (isSocket(host)) {
      if (everything || folders.contains(host)) {
        return null;
      }
      throw refused(host);
    }
    InetAddress[] addresses = InetAddress.getAllByName(host);
    boolean named = names.contains(host.toLowerCase(Locale.ROOT));
    if (!everything && !named && !Arrays.stream(addresses).allMatch(this::allows)) {
      throw refused(host);
    }
    return addresses[0];
  }

  private void resolve(String host) {
    try {
      lookUp(host);
    } catch (UnknownHostException noAddress) {
      throw refused(host);
    }
  }

  private boolean allows(InetAddress address) {
    return Stream.concat(Stream.of(address), inside(address)).allMatch(this::allowsAlone);
  }

  private boolean allowsAlone(InetAddress address) {
    if (isIn(ranges, address)) {
      return true;
    }
    return !isIn(SPECIAL, address) && (internal || !isIn(INTERNAL, address));
  }

  private static boolean isIn(List<AddressRange> ranges, InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  /** The IPv4 address that a gateway would find inside an IPv6 address. */
  private static Stream<InetAddress> inside(InetAddress address) {
    if (TRANSLATED.contains(address)) {
      return part(address, 12);
    }
    if (SIX_TO_FOUR.contains(address)) {
      return part(address, 2);
    }
    return COMPATIBLE.contains(address) && !address.isLoopbackAddress()
        ? part(address, 12)
        : Stream.empty();
  }

  private static Stream<InetAddress> part(InetAddress address, int start) {
    try {
      return Stream.of(
          InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), start, start + 4)));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static BadLocationException refused(String host) {
    return new BadLocationException(
        "This server does not connect to the host "
            + host.substring(0, Math.min(host.length(), 200))
            + ": internal addresses, link-local addresses and Unix sockets are allowed by setting only",
        "Let the operator add it to EPOCH_STORAGE_ALLOW, see docs/security.md");
  }
}
