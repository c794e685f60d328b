/** The databases of a repository, and what is kept there. */
package dev.epoch.gateway.storage;
