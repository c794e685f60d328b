/** Databases by the names under which their clients reach branches of them. */
package dev.epoch.gateway.connection;
