package dev.epoch.storage.objects.s3;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.objects.ObjectSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Where credentials come from: keys, a profile of the server's AWS configuration, the instance or
 * container that the server runs in, or, without any of these, whatever the SDK finds; and roles
 * that are assumed with them, one after the other.
 *
 * @param closed what ends with the store, first to last
 */
record S3Credentials(AwsCredentialsProvider provider, List<SdkAutoCloseable> closed) {

  static S3Credentials of(ObjectSettings settings, Region region) {
    List<SdkAutoCloseable> closed = new ArrayList<>();
    AwsCredentialsProvider provider = base(settings);
    if (provider instanceof SdkAutoCloseable closeable) {
      closed.add(closeable);
    }
    for (Role role : roles(settings)) {
      StsClient sts =
          StsClient.builder()
              .region(region)
              .credentialsProvider(provider)
              .httpClient(UrlConnectionHttpClient.create())
              .build();
      StsAssumeRoleCredentialsProvider assumed =
          StsAssumeRoleCredentialsProvider.builder()
              .stsClient(sts)
              .refreshRequest(request ->
                  request
                      .roleArn(role.arn())
                      .externalId(role.externalId())
                      .roleSessionName("epoch-" + UUID.randomUUID()))
              .build();
      closed.addFirst(sts);
      closed.addFirst(assumed);
      provider = assumed;
    }
    return new S3Credentials(provider, List.copyOf(closed));
  }

  /**
   * A role to assume.
   *
   * @param externalId null for none
   */
  private record Role(String arn, String externalId) {}

  private static List<Role> roles(ObjectSettings settings) {
    Optional<String> one = settings.text("assume_role_arn");
    List<String> chain = settings.list("assume_roles");
    Optional<String> externalId = settings.text("external_id");
    if (one.isPresent() && !chain.isEmpty()) {
      throw new BadLocationException(
          "assume_role_arn and assume_roles exclude each other", "Give one of them");
    }
    if (externalId.isPresent() && one.isEmpty()) {
      throw new BadLocationException(
          "external_id belongs to assume_role_arn, which is not given", "Give both or none");
    }
    return one.isPresent()
        ? List.of(new Role(one.get(), externalId.orElse(null)))
        : chain.stream().map(arn -> new Role(arn, null)).toList();
  }

  private static AwsCredentialsProvider base(ObjectSettings settings) {
    Optional<String> access = settings.text("access_key", "access_key_id");
    Optional<String> secret = settings.text("secret_key", "secret_access_key");
    Optional<String> token = settings.text("session_token");
    Optional<String> profile = settings.text("profile", "aws_profile");
    boolean instance = settings.flag("use_instance_credentials");
    Optional<String> named = settings.text("credentials");
    if (access.isPresent() != secret.isPresent() || (token.isPresent() && access.isEmpty())) {
      throw new BadLocationException(
          "access_key and secret_key belong together, and session_token to them",
          "Give both keys or none");
    }
    long ways =
        List.of(access.isPresent(), profile.isPresent(), instance).stream()
            .filter(given -> given)
            .count();
    if (ways > 1) {
      throw new BadLocationException(
          "access_key, profile and use_instance_credentials exclude each other",
          "Give one of them");
    }
    switch (named.orElse("")) {
      case "" -> {}
      case "environment" -> {
        if (ways > 0) {
          throw new BadLocationException(
              "credentials=environment excludes keys, profile and use_instance_credentials",
              "Give one of them");
        }
      }
      case "aws-profile" -> {
        if (profile.isEmpty()) {
          throw new BadLocationException(
              "credentials=aws-profile needs a profile", "--profile NAME");
        }
      }
      default ->
          throw new BadLocationException(
              "S3 has no credentials '%s'".formatted(named.get()),
              "Use environment or aws-profile, or give access_key and secret_key");
    }
    if (access.isPresent()) {
      return StaticCredentialsProvider.create(
          token.isPresent()
              ? AwsSessionCredentials.create(access.get(), secret.get(), token.get())
              : AwsBasicCredentials.create(access.get(), secret.get()));
    }
    if (profile.isPresent()) {
      return ProfileCredentialsProvider.create(profile.get());
    }
    return instance
        ? AwsCredentialsProviderChain.builder()
            .addCredentialsProvider(ContainerCredentialsProvider.builder().build())
            .addCredentialsProvider(InstanceProfileCredentialsProvider.create())
            .build()
        : DefaultCredentialsProvider.builder().build();
  }
}
