<?php
/**
 * Takes away what the plugin stored: two options.
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

delete_option( 'iwf_report_server' );
delete_option( 'iwf_report_key' );
