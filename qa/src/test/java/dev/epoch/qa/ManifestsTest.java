package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an API server would say to the manifests in {@code k8s/}, as far as it can be known here.
 */
class ManifestsTest {

  private static final Path ROOT = Path.of("..", "k8s").toAbsolutePath().normalize();
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  @ParameterizedTest
  @MethodSource("manifests")
  void everyFieldIsOneThatKubernetesKnows(Path manifest) throws IOException {
    for (HasMetadata resource : resources(manifest)) {
      assertThat(resource).isNotInstanceOf(GenericKubernetesResource.class);
      assertThat(resource.getMetadata().getName()).isNotBlank();
      assertThat(unknownFields(resource.getKind(), resource)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("kustomizations")
  void everyFileOfAFolderIsListedAndExists(Path kustomization) throws IOException {
    Path folder = kustomization.getParent();
    List<?> listed = (List<?>) raw(kustomization).get("resources");

    for (Object name : listed) {
      assertThat(folder.resolve(name.toString())).exists();
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.endsWith(".example.yaml"))
          .filteredOn(name -> !name.equals("kustomization.yaml"))
          .allSatisfy(name -> assertThat(listed.contains(name)).as(name).isTrue());
    }
  }

  @Test
  void whatTheServerRefersToIsThere() throws IOException {
    Deployment deployment = (Deployment) only("deployment.yaml");
    Container server = container(deployment.getSpec().getTemplate());
    ConfigMap configuration = (ConfigMap) only("configmap.yaml");
    List<Secret> secrets =
        List.of((Secret) only("secret.example.yaml"), (Secret) only("api-key.example.yaml"));
    Service service = (Service) only("service.yaml");

    assertThat(server.getEnvFrom().getFirst().getConfigMapRef().getName())
        .isEqualTo(configuration.getMetadata().getName());
    assertThat(server.getEnv())
        .extracting(EnvVar::getName)
        .containsExactly(
            "POD_IP",
            "EPOCH_SERVER_ADVERTISED_URL",
            "EPOCH_SECRET_KEY",
            "EPOCH_METADATA_URL",
            "EPOCH_API_KEY");
    assertThat(server.getEnv())
        .filteredOn(variable ->
            variable.getValueFrom() != null && variable.getValueFrom().getFieldRef() == null)
        .hasSize(3)
        .extracting(variable -> variable.getValueFrom().getSecretKeyRef())
        .allSatisfy(reference ->
            assertThat(secrets)
                .anySatisfy(secret -> {
                  assertThat(reference.getName()).isEqualTo(secret.getMetadata().getName());
                  assertThat(secret.getStringData()).containsKey(reference.getKey());
                }));
    assertThat(service.getSpec().getPorts().getFirst().getTargetPort().getStrVal())
        .isEqualTo(server.getPorts().getFirst().getName());
    assertThat(configuration.getData())
        .containsEntry(
            "EPOCH_API_PORT", server.getPorts().getFirst().getContainerPort().toString());
    assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(service.getSpec().getSelector());
  }

  @Test
  void serversAreReplacedOneByOneAndReachEachOther() throws IOException {
    Deployment deployment = (Deployment) only("deployment.yaml");
    Container server = container(deployment.getSpec().getTemplate());
    Map<String, EnvVar> variables =
        server.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, each -> each));

    assertThat(deployment.getSpec().getReplicas()).isGreaterThan(1);
    assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("RollingUpdate");
    assertThat(
            deployment.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal())
        .isZero();
    assertThat(variables.get("POD_IP").getValueFrom().getFieldRef().getFieldPath())
        .isEqualTo("status.podIP");
    assertThat(variables.get("EPOCH_SERVER_ADVERTISED_URL").getValue())
        .isEqualTo("http://$(POD_IP):" + server.getPorts().getFirst().getContainerPort());
    // a variable is known only to those behind it
    assertThat(server.getEnv())
        .extracting(EnvVar::getName)
        .containsSubsequence("POD_IP", "EPOCH_SERVER_ADVERTISED_URL");
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void nothingRunsAsRootOrMayBecomeRoot(Path manifest) throws IOException {
    for (HasMetadata resource : resources(manifest)) {
      PodTemplateSpec template =
          switch (resource) {
            case Deployment deployment -> deployment.getSpec().getTemplate();
            case StatefulSet statefulSet -> statefulSet.getSpec().getTemplate();
            default -> null;
          };
      if (template != null) {
        assertThat(template.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(container(template).getSecurityContext().getAllowPrivilegeEscalation())
            .isFalse();
        assertThat(container(template).getSecurityContext().getCapabilities().getDrop())
            .containsExactly("ALL");
      }
    }
  }

  @Test
  void aTypingErrorIsFound() {
    Object mistyped =
        YAML.unmarshal(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: epoch
            spec:
              template:
                spec:
                  containers:
                    - name: epoch
                      readinesProbe: {}
            """);

    assertThat(unknownFields("Deployment", mistyped))
        .containsExactly("Deployment.spec.template.spec.containers[0].readinesProbe");
  }

  static List<Path> manifests() {
    return yamlFiles(false);
  }

  static List<Path> kustomizations() {
    return yamlFiles(true);
  }

  private static List<Path> yamlFiles(boolean kustomization) {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> file.endsWith("kustomization.yaml") == kustomization)
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static HasMetadata only(String file) throws IOException {
    List<HasMetadata> resources = resources(ROOT.resolve("base").resolve(file));
    assertThat(resources).hasSize(1);
    return resources.getFirst();
  }

  private static List<HasMetadata> resources(Path manifest) throws IOException {
    List<HasMetadata> resources = new ArrayList<>();
    for (String document : Files.readString(manifest).split("(?m)^---$")) {
      resources.add(YAML.unmarshal(document));
    }
    return resources;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> raw(Path file) throws IOException {
    return YAML.unmarshal(Files.readString(file), Map.class);
  }

  private static Container container(PodTemplateSpec template) {
    return template.getSpec().getContainers().getFirst();
  }

  /** The paths of all fields that the parser kept aside because no type declares them. */
  private static List<String> unknownFields(String path, Object value) {
    List<String> unknown = new ArrayList<>();
    collectUnknownFields(path, value, unknown);
    return unknown;
  }

  private static void collectUnknownFields(String path, Object value, List<String> unknown) {
    switch (value) {
      case null -> {}
      case List<?> list -> {
        for (int index = 0; index < list.size(); index++) {
          collectUnknownFields(path + "[" + index + "]", list.get(index), unknown);
        }
      }
      case Map<?, ?> map ->
          map.forEach((key, entry) -> collectUnknownFields(path + "." + key, entry, unknown));
      default -> {
        if (value.getClass().getPackageName().startsWith("io.fabric8.kubernetes.api.model")) {
          collectUnknownFieldsOfModel(path, value, unknown);
        }
      }
    }
  }

  private static void collectUnknownFieldsOfModel(String path, Object value, List<String> unknown) {
    for (Class<?> type = value.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.isSynthetic() || Modifier.isStatic(field.getModifiers())) {
          continue;
        }
        Object content = content(field, value);
        if (field.getName().equals("additionalProperties")) {
          ((Map<?, ?>) content).keySet().forEach(key -> unknown.add(path + "." + key));
        } else {
          collectUnknownFields(path + "." + field.getName(), content, unknown);
        }
      }
    }
  }

  private static Object content(Field field, Object value) {
    try {
      field.setAccessible(true);
      return field.get(value);
    } catch (IllegalAccessException failure) {
      throw new LinkageError(failure.getMessage(), failure);
    }
  }
}
