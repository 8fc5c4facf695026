<?php
/**
 * The form as HTML, from the settings and from what an author wrote.
 */

defined( 'ABSPATH' ) || exit;

/**
 * The snippet: the frame, the loader, and a link for whoever cannot see the frame.
 *
 * @param array|string $given lang, campaign, theme, title, link and height, all optional; WordPress hands over '' for none.
 * @return string HTML. Without settings it is a hint for those who can mend it, and nothing for all others.
 */
function iwf_report_form( $given ) {
	$server = get_option( 'iwf_report_server', '' );
	$key    = get_option( 'iwf_report_key', '' );
	if ( '' === $server || '' === $key ) {
		return iwf_report_hint();
	}
	$given  = shortcode_atts(
		array(
			'lang'     => '',
			'campaign' => '',
			'theme'    => '',
			'title'    => __( 'Report child sexual abuse imagery', 'iwf-report' ),
			'link'     => __( 'Open the form on a page of its own', 'iwf-report' ),
			'height'   => '680',
		),
		$given,
		'iwf_report'
	);
	$query  = iwf_report_query( $given );
	$height = min( 2000, max( 300, absint( $given['height'] ) ) );

	wp_enqueue_script( 'iwf-report-loader', $server . '/widget/v1.js', array(), null, true );

	// On one line, so that no filter of the theme makes paragraphs of it.
	return sprintf(
		'<div class="iwf-report"><iframe data-iwf src="%1$s" title="%2$s" width="100%%" height="%3$d" frameborder="0" referrerpolicy="origin"></iframe><p><a href="%4$s" target="_blank" rel="noopener">%5$s</a></p></div>',
		esc_url( $server . '/embed/' . $key . $query ),
		esc_attr( $given['title'] ),
		$height,
		esc_url( $server . '/r/' . $key . $query ),
		esc_html( $given['link'] )
	);
}

/**
 * The block's answer. Empty fields count as left out, and what the editor adds of its own is no text.
 *
 * @param array $attributes What the author chose in the editor.
 * @return string HTML
 */
function iwf_report_block( $attributes ) {
	return iwf_report_form( array_filter( array_filter( $attributes, 'is_string' ), 'strlen' ) );
}

/**
 * What language, campaign and theme ask of the server; wrong values are left out.
 *
 * @param array $given What an author wrote.
 * @return string '' or a query with its question mark.
 */
function iwf_report_query( $given ) {
	$allowed = array(
		'lang'     => '/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/D',
		'campaign' => '/^[\p{L}\p{N} _.~-]{1,64}$/uD',
		'theme'    => '/^(light|dark)$/D',
	);
	$query   = array();
	foreach ( $allowed as $name => $shape ) {
		if ( preg_match( $shape, $given[ $name ] ) ) {
			$query[] = $name . '=' . rawurlencode( $given[ $name ] );
		}
	}
	return $query ? '?' . implode( '&', $query ) : '';
}

/**
 * Where the form would be, if the plugin were set up.
 *
 * @return string HTML
 */
function iwf_report_hint() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return '';
	}
	return sprintf(
		'<p><strong>%s</strong> <a href="%s">%s</a></p>',
		esc_html__( 'The report form is not set up yet. Only you see this.', 'iwf-report' ),
		esc_url( admin_url( 'options-general.php?page=iwf-report' ) ),
		esc_html__( 'Enter the server and the key', 'iwf-report' )
	);
}

/**
 * The loader waits for nothing, and nothing waits for it.
 *
 * @param string $tag    The script element.
 * @param string $handle Its name.
 * @return string HTML
 */
function iwf_report_make_async( $tag, $handle ) {
	if ( 'iwf-report-loader' !== $handle || false !== strpos( $tag, ' async' ) ) {
		return $tag;
	}
	return str_replace( ' src=', ' async src=', $tag );
}
