/** Roles of a repository, who has them, and what they come to. */
package dev.epoch.api.role;
