package dev.epoch.storage.objects.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.testing.Programs;
import dev.epoch.storage.objects.testing.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Roles are assumed at moto, which PyPI brings: it answers as STS does, and checks nothing. */
@Tag("nightly")
class S3RolesIT {
  private static final String ROLE = "arn:aws:iam::123456789012:role/";

  /** Where the SDK looks for another address of STS. */
  private static final String STS = "aws.endpointUrlSts";

  private static ServerProcess server;
  private static S3Buckets buckets;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path python = Programs.python("moto-5.2.5", "'moto[server]==5.2.5'");
    server =
        ServerProcess.start(
            folder,
            Map.of(),
            List.of(
                python.resolveSibling("moto_server").toString(),
                "-H",
                "127.0.0.1",
                "-p",
                ServerProcess.PORT));
    buckets = new S3Buckets(server.uri());
  }

  @AfterAll
  static void stop() {
    System.clearProperty(STS);
    if (server != null) {
      buckets.close();
      server.close();
    }
  }

  private static ObjectStore open(String roles) throws ObjectStoreException {
    Map<String, String> settings = buckets.settings(buckets.make());
    settings.put("region", "us-east-1");
    for (String each : roles.split(";")) {
      settings.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
    }
    return S3Buckets.open(settings, S3Sizes.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "assume_role_arn=" + ROLE + "one",
        "assume_role_arn=" + ROLE + "one;external_id=partner-123",
        "assume_roles=" + ROLE + "jump, " + ROLE + "target"
      })
  void anAssumedRoleOpensTheBucket(String roles) throws Exception {
    System.setProperty(STS, server.uri().toString());
    try (ObjectStore store = open(roles)) {
      store.put("a", ObjectContent.of(new byte[] {1}));
      assertThat(store.read("a", 0, 9)).containsExactly(1);
    }
  }

  @Test
  void withoutTheRoleNothingIsSent() throws Exception {
    System.setProperty(STS, "http://127.0.0.1:1");
    try (ObjectStore store = open("assume_role_arn=" + ROLE + "one")) {
      assertThatThrownBy(() -> store.put("a", ObjectContent.of(new byte[] {1})))
          .isInstanceOf(ObjectStoreException.class)
          .hasMessageContaining("did not answer");
    }
  }
}
