/** Tables come to a repository and leave it. */
package dev.epoch.gateway.table;
