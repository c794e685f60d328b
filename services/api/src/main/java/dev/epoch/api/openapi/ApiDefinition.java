package dev.epoch.api.openapi;

import dev.epoch.api.error.ErrorBody;
import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the OpenAPI document says about the API as a whole. */
@OpenAPIDefinition(
    info =
        @Info(
            title = "Epoch",
            version = "1",
            description =
                "Branches, commits, merges and time travel for data that stays where it is. Refs are branch names, commit ids or unique prefixes of them, HEAD, ref~n and ref^n. Branch names in paths are URL-encoded."),
    tags = {
      @Tag(name = "Server", description = "What the server is and how it is"),
      @Tag(name = "Repositories"),
      @Tag(name = "Storage", description = "Databases that hold versioned tables"),
      @Tag(name = "Tables"),
      @Tag(name = "Records"),
      @Tag(name = "Working set", description = "Uncommitted changes"),
      @Tag(name = "Branches"),
      @Tag(name = "Commits"),
      @Tag(name = "Diff"),
      @Tag(name = "Merges"),
      @Tag(name = "Query"),
      @Tag(name = "Snapshots"),
      @Tag(name = "Events"),
      @Tag(name = "Administration"),
      @Tag(name = "Access", description = "Keys of the API")
    },
    components =
        @Components(
            schemas = @Schema(name = "Error", implementation = ErrorBody.class),
            securitySchemes =
                @SecurityScheme(
                    securitySchemeName = "ApiKey",
                    type = SecuritySchemeType.HTTP,
                    scheme = "bearer",
                    description = "Needed as soon as there is a key: epoch auth key create")),
    security = @SecurityRequirement(name = "ApiKey"))
public class ApiDefinition extends Application {}
