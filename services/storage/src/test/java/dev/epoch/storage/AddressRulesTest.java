package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
  private static final AddressRules OUTWARD = AddressRules.of(false, List.of());
  private static final AddressRules LOCAL = AddressRules.of(true, List.of());

  private static void refused(AddressRules rules, String host) {
    assertThatExceptionOfType(BadLocationException.class)
        .as(host)
        .isThrownBy(() -> rules.lookUp(host))
        .satisfies(e -> assertThat(e.remedy()).contains("EPOCH_STORAGE_ALLOW"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1.2.3",
        "2130706433",
        "localhost",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "fc00::1",
        "fd12:3456::1"
      })
  void internalAddressesAreForAServerOfThisMachineOnly(String host) {
    refused(OUTWARD, host);
    assertThatNoException().isThrownBy(() -> LOCAL.lookUp(host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "::169.254.169.254",
        "fd00:ec2::254",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "/var/run/postgresql"
      })
  void othersAreAllowedByNobodyUnasked(String host) {
    refused(OUTWARD, host);
    refused(LOCAL, host);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"8.8.8.8", "172.32.0.1", "172.15.255.255", "11.0.0.1", "192.169.0.1", "2a00::1"})
  void publicAddressesAreAllowed(String host) throws UnknownHostException {
    assertThat(OUTWARD.lookUp(host)).isNotNull();
  }

  @Test
  void whatIsListedIsAllowed() throws UnknownHostException {
    AddressRules rules =
        AddressRules.of(
            false,
            List.of(
                "10.20.0.0/15", " 192.168.7.7", "LocalHost", "fd00::/8", "/var/run/postgresql"));

    assertThat(rules.lookUp("10.21.255.255")).isNotNull();
    assertThat(rules.lookUp("192.168.7.7")).isNotNull();
    assertThat(rules.lookUp("localhost").isLoopbackAddress()).isTrue();
    assertThat(rules.lookUp("fd00:ec2::254")).isNotNull();
    assertThat(rules.lookUp("/var/run/postgresql")).isNull();
    refused(rules, "10.22.0.0");
    refused(rules, "192.168.7.8");
    refused(rules, "127.0.0.1");
    refused(rules, "/var/run");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "a b", "::1/129", "-x"})
  void aListThatCannotBeUnderstoodIsRefused(String entry) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> AddressRules.of(false, List.of(entry)));
  }

  @Test
  void addressesAreRefusedBeforeTheNetworkIsAskedForNames() {
    assertThatExceptionOfType(BadLocationException.class)
        .isThrownBy(() -> OUTWARD.check("10.0.0.1"));
    assertThatNoException().isThrownBy(() -> OUTWARD.check("no-such-host.invalid"));
  }
}
