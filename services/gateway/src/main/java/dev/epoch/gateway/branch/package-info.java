/** Branches: made, registered in databases, moved; tags. */
package dev.epoch.gateway.branch;
