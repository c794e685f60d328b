package dev.epoch.storage.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.storage.StorageAdapterFactory.Location;
import dev.epoch.storage.StorageAdapterFactory.Settings;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.FileRoots;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locations and settings, as users write them. */
class MysqlStorageAdapterFactoryTest {
  private final MysqlStorageAdapterFactory factory =
      new MysqlStorageAdapterFactory(
          AddressRules.of(false, List.of()), FileRoots.of(false, List.of(Path.of("/etc/epoch"))));

  private Settings settings(String url) {
    return factory.settings(Map.of("url", TextNode.valueOf(url)));
  }

  @Test
  void aUrlIsTakenApartAndItsPasswordKeptAside() {
    Settings settings =
        settings("mysql://user:p%40ss@198.51.100.7/shop?ssl-mode=required&connect_timeout=7");

    assertThat(settings.config())
        .containsEntry("host", TextNode.valueOf("198.51.100.7"))
        .containsEntry("port", IntNode.valueOf(3306))
        .containsEntry("database", TextNode.valueOf("shop"))
        .containsEntry("username", TextNode.valueOf("user"))
        .containsEntry("ssl_mode", TextNode.valueOf("required"))
        .containsEntry("connect_timeout", IntNode.valueOf(7))
        .containsEntry("pool_size", IntNode.valueOf(10));
    assertThat(settings.secrets()).isEqualTo(Map.of("password", "p@ss"));
    assertThat(settings.toString()).doesNotContain("p@ss");
    assertThat(factory.database("mariadb://user:p%40ss@198.51.100.7/shop").config().get("database"))
        .isEqualTo(TextNode.valueOf("shop"));
  }

  @Test
  void aLocationNamesATable() {
    Location location = factory.parse("mysql://user:x@198.51.100.7:3307/shop/orders");
    assertThat(location.path()).isEqualTo(new TablePath("shop", "orders"));
    assertThat(location.settings().config()).containsEntry("port", IntNode.valueOf(3307));
    for (String text : List.of("orders", "shop.orders", "shop/orders")) {
      assertThat(factory.path(location.settings(), text)).isEqualTo(location.path());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://user:secret@198.51.100.7",
        "mysql://user:secret@198.51.100.7/shop/orders",
        "mysql://user:secret@127.0.0.1/shop",
        "mysql://user:secret@10.0.0.1/shop",
        "mysql://user:secret@169.254.169.254/shop",
        "mysql://user:secret@198.51.100.7:99999/shop",
        "mysql://user:secret@198.51.100.7/shop?autoDeserialize=true",
        "mysql://user:secret@198.51.100.7/shop?ssl-mode=none",
        "mysql://user:secret@198.51.100.7/shop?ssl-mode=verify_ca&ssl-ca=ca.pem",
        "mysql://user:secret@198.51.100.7/shop?ssl-mode=verify_ca&ssl-ca=/etc/passwd",
        "mysql://user:secret@a,b/shop",
        "mysql://user:secret@(host=a)/shop",
        "mysql://user:secret@%2Frun%2Fmysqld/shop",
        "postgresql://user:secret@198.51.100.7/shop",
      })
  void whatHasNoEffectOrIsNotAllowedIsRefused(String url) {
    assertThatThrownBy(() -> settings(url))
        .isInstanceOf(BadLocationException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void aPasswordGoesNowhereElse() {
    Settings former = settings("mysql://user:secret@198.51.100.7/shop?ssl-mode=required");

    assertThat(factory.change(former, Map.of("pool_size", IntNode.valueOf(3))).secrets())
        .isEqualTo(former.secrets());
    for (Map<String, JsonNode> elsewhere :
        List.<Map<String, JsonNode>>of(
            Map.of("host", TextNode.valueOf("198.51.100.8")),
            Map.of("username", TextNode.valueOf("root")),
            Map.of("url", TextNode.valueOf("mysql://198.51.100.8/shop")),
            Map.of("ssl_mode", TextNode.valueOf("preferred")))) {
      assertThatThrownBy(() -> factory.change(former, elsewhere))
          .isInstanceOf(BadLocationException.class)
          .hasMessageContaining("password");
    }
    assertThat(
            factory
                .change(
                    former,
                    Map.of(
                        "host", TextNode.valueOf("198.51.100.8"),
                        "password", TextNode.valueOf("another")))
                .secrets())
        .isEqualTo(Map.of("password", "another"));
  }

  @Test
  void flavoursAreToldByTheirVersions() {
    assertThat(Flavour.of("8.4.2")).isEqualTo(new Flavour(false, 8, 4));
    assertThat(Flavour.of("5.5.5-10.11.19-MariaDB-log")).isEqualTo(new Flavour(true, 10, 11));
    assertThat(Flavour.of("11.4.5-MariaDB").supported()).isTrue();
    assertThat(Flavour.of("10.5.1-MariaDB").supported()).isFalse();
    assertThat(Flavour.of("5.7.44").supported()).isFalse();
  }
}
