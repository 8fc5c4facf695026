<?php
/**
 * What the editor's script needs to be there before it; WordPress reads this file by its name.
 */

return array(
	'dependencies' => array( 'wp-block-editor', 'wp-blocks', 'wp-components', 'wp-element', 'wp-i18n' ),
	'version'      => '1.0.0',
);
