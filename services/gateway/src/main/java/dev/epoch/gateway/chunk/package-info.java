/** Writing chunks beside the log. */
package dev.epoch.gateway.chunk;
